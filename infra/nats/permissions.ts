import { SCHEDULER_HOST } from "../../actors/coordination/worker-host.ts";
import { clusterSubjects, everyHello, inboxPrefixOf } from "../../runtime/bus/subject.ts";

/** Who connects: programs with a client, the scheduler and its standby, workers with their nannies, and who only listens. */
export type Role = "client" | "scheduler" | "worker" | "observer";

/** How a role proves itself to the server. The password may be a bcrypt hash; of an nkey the server knows the public half. */
export type Login =
  | { readonly role: Role; readonly kind: "password"; readonly user: string; readonly password: string }
  | { readonly role: Role; readonly kind: "nkey"; readonly publicKey: string };

export interface RolePermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** Answers go to the asker's inbox, which no role may publish to of its own accord: the server allows so many per request. */
const RESPONSES = '{ max: 1024, expires: "5m" }';

/**
 * What a role may do in a cluster. Inboxes are apart by role, so one role cannot read another's answers; connect with
 * `inboxPrefix: inboxPrefixOf(cluster, role)`. Within a role all are alike: a client could listen for another's results.
 */
export function permissionsOf(cluster: string, role: Role): RolePermissions {
  const subjects = clusterSubjects(cluster);
  const { scheduler, coordination, hello, standby, watch, every } = subjects;
  const root = `shoal.${cluster}`;
  const inbox = `${inboxPrefixOf(cluster, role)}.>`;
  const userActors = [`${root}.worker.*.host`, `${root}.worker.*.stack`, `${root}.actor.*`, `${root}.actor.*.direct`];
  const asks = [scheduler, coordination, hello, every.task, every.chunk, `${root}.worker.*.peer`, ...userActors];
  const workers = [`${root}.worker.*`, `${root}.worker.*.peer`, `${root}.nanny.*`, ...userActors];
  // Data that a client scatters is pulled from it, part by part, at its `.peer`. A task may have a client of its own.
  const clients = [`${root}.client.*`, `${root}.client.*.peer`];
  switch (role) {
    case "observer":
      return { publish: [hello, watch, "$SRV.>"], subscribe: [every.subject, "_INBOX.>"] };
    case "client":
      return {
        // Topics are events that programs publish themselves.
        publish: [...asks, everyHello, watch, `${subjects.events("topic")}.>`, "$SRV.>"],
        subscribe: [inbox, ...clients, every.event],
      };
    case "worker":
      return {
        publish: [...asks, ...clients, every.event],
        subscribe: [inbox, ...workers, ...clients, watch, every.event, "$SRV.>"],
      };
    case "scheduler": {
      // The journal and the leader's lease live in JetStream.
      const journal = [subjects.journal, "$JS.API.>", "$JS.ACK.>", `$KV.shoal-${cluster}.>`];
      return {
        // The page it serves asks tasks, and hears what workers tell.
        publish: [
          ...workers,
          ...clients,
          every.event,
          every.task,
          scheduler,
          coordination,
          hello,
          standby,
          watch,
          "$SRV.>",
          ...journal,
        ],
        subscribe: [
          inbox,
          scheduler,
          coordination,
          everyHello,
          standby,
          watch,
          every.event,
          every.task,
          every.chunk,
          // What clients run on the scheduler.
          subjects.workerHost(SCHEDULER_HOST),
          "$SRV.>",
        ],
      };
    }
  }
}

/**
 * The `authorization` block of a nats-server's configuration for one cluster.
 * @example
 * const config = authorizationConfig("prod", [{ role: "worker", kind: "password", user: "worker", password: hash }]);
 */
export function authorizationConfig(cluster: string, logins: readonly Login[]): string {
  const users = logins.map((login) => {
    const { publish, subscribe } = permissionsOf(cluster, login.role);
    const proof =
      login.kind === "nkey"
        ? `nkey: ${quoted(login.publicKey)}`
        : `user: ${quoted(login.user)}, password: ${quoted(login.password)}`;
    return `    { ${proof}, permissions: {
        publish: { allow: [${publish.map(quoted).join(", ")}] }
        subscribe: { allow: [${subscribe.map(quoted).join(", ")}] }
        allow_responses: ${RESPONSES}
    } }`;
  });
  return `authorization {\n  users: [\n${users.join("\n")}\n  ]\n}\n`;
}

/** A text in the server's configuration language. */
function quoted(text: string): string {
  if (/["\\\p{Cc}]/u.test(text))
    throw new SyntaxError(
      `${JSON.stringify(text)} cannot stand in a server's configuration: no quotes, backslashes or control characters`,
    );
  return `"${text}"`;
}
