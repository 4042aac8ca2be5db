import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nkeys } from "@nats-io/transport-node";
import { authorizationConfig, type Login, type Role } from "../../../infra/nats/permissions.ts";
import type { NatsServer } from "../../../infra/nats/server.ts";
import { ShoalError } from "../../../runtime/base/errors.ts";
import type { Bus } from "../../../runtime/bus/bus.ts";
import { connectNatsBus, type NatsAuth } from "../../../runtime/bus/nats-connect.ts";
import { clusterSubjects, everyHello, inboxPrefixOf } from "../../../runtime/bus/subject.ts";
import { startTestNats, watchStatus } from "../../support/nats.ts";

const cluster = "prod";
const subjects = clusterSubjects(cluster);
const other = clusterSubjects("other");
const roles: readonly Role[] = ["client", "scheduler", "worker"];
const SECOND = { timeoutMs: 10_000 };
const body = new Uint8Array([1]);

type Buses = Readonly<Record<Role, Bus>>;

async function connectRoles(
  server: NatsServer,
  authOf: (role: Role) => NatsAuth,
  close: (bus: Bus) => void,
): Promise<Buses> {
  const connect = async (role: Role) => {
    const auth = authOf(role);
    const bus = await connectNatsBus({ servers: server.url, auth, inboxPrefix: inboxPrefixOf(cluster, role) });
    close(bus);
    return [role, bus] as const;
  };
  return Object.fromEntries(await Promise.all(roles.map(connect))) as unknown as Buses;
}

/** A message goes from one role to another; what listens answers. */
async function reaches(from: Bus, to: Bus, subject: string): Promise<void> {
  const listening = to.subscribe(subject, (message) => message.respond(message.payload));
  await to.flush();
  const answer = await from.request(subject, body, SECOND);
  assert.deepEqual([...(answer.payload as Uint8Array)], [1], subject);
  listening.unsubscribe();
}

async function mayNotPublish(bus: Bus, subject: string): Promise<void> {
  const refused = bus.request(subject, body, SECOND);
  await assert.rejects(
    refused,
    (error) => error instanceof ShoalError && error.code === "DENIED",
    `publish to ${subject}`,
  );
}

async function mayNotSubscribe(bus: Bus, subject: string): Promise<void> {
  const statuses = watchStatus(bus);
  bus.subscribe(subject, () => {});
  await bus.flush();
  assert.deepEqual(await statuses.next("denied"), { kind: "denied", action: "subscribe", subject });
}

async function workIsDone({ client, scheduler, worker }: Buses): Promise<void> {
  await reaches(client, scheduler, subjects.scheduler);
  await reaches(client, scheduler, subjects.hello);
  await reaches(client, scheduler, subjects.task("x-1/0"));
  await reaches(client, scheduler, subjects.chunk("x-1/0"));
  await reaches(client, worker, subjects.workerPeer("w1"));
  await reaches(client, worker, "$SRV.PING");
  await reaches(client, scheduler, subjects.coordination);
  await reaches(client, client, subjects.events("topic", "prices"));
  await reaches(client, worker, subjects.userActor("a1"));
  await reaches(client, worker, subjects.userActorDirect("a1"));
  await reaches(client, worker, subjects.workerStack("w1"));
  await reaches(worker, scheduler, subjects.coordination);
  await reaches(worker, worker, subjects.client("of-a-task"));
  await reaches(scheduler, worker, subjects.workerHost("w1"));
  await reaches(worker, scheduler, subjects.scheduler);
  await reaches(worker, client, subjects.client("c1"));
  await reaches(worker, worker, subjects.workerPeer("w2"));
  await reaches(worker, client, subjects.events("task", "finished"));
  await reaches(scheduler, worker, subjects.worker("w1"));
  await reaches(scheduler, worker, subjects.nanny("n1"));
  await reaches(scheduler, client, subjects.client("c1"));
  await reaches(scheduler, client, subjects.events("task"));
}

async function otherWorkIsRefused({ client, scheduler, worker }: Buses): Promise<void> {
  const notClients = [subjects.worker("w1"), subjects.client("c2"), subjects.nanny("n"), subjects.events("task")];
  for (const subject of notClients) await mayNotPublish(client, subject);
  const ears = [subjects.scheduler, subjects.worker("w1"), subjects.workerPeer("w1"), subjects.hello, everyHello];
  for (const subject of [...ears, subjects.every.subject, ">"]) await mayNotSubscribe(client, subject);
  for (const subject of [subjects.worker("w2"), subjects.nanny("n1"), "$JS.API.INFO"])
    await mayNotPublish(worker, subject);
  for (const subject of [subjects.scheduler, subjects.coordination, subjects.every.task, ">"])
    await mayNotSubscribe(worker, subject);
  for (const subject of [subjects.worker("w1"), subjects.client("c1"), ">"]) await mayNotSubscribe(scheduler, subject);
  for (const bus of [client, scheduler, worker]) {
    await mayNotPublish(bus, other.scheduler);
    await mayNotSubscribe(bus, "_INBOX.>");
  }
  await mayNotSubscribe(client, `${inboxPrefixOf(cluster, "worker")}.>`);
  await mayNotPublish(client, `${inboxPrefixOf(cluster, "worker")}.forged.1`);
}

describe("authorizationConfig() on a real server", () => {
  test("users with passwords: each role does its work and no other's", async (t) => {
    const logins = roles.map((role): Login => ({ role, kind: "password", user: role, password: `${role} secret` }));
    const server = await startTestNats(t, { config: authorizationConfig(cluster, logins) });
    const authOf = (role: Role): NatsAuth => ({ kind: "password", user: role, password: `${role} secret` });
    const buses = await connectRoles(server, authOf, (bus) => t.after(() => bus.close()));
    await workIsDone(buses);
    await otherWorkIsRefused(buses);
    await workIsDone(buses);
  });

  test("nkeys: each role does its work and no other's", async (t) => {
    const keys = Object.fromEntries(roles.map((role) => [role, nkeys.createUser()]));
    const key = (role: Role) => keys[role] as nkeys.KeyPair;
    const logins = roles.map((role): Login => ({ role, kind: "nkey", publicKey: key(role).getPublicKey() }));
    const server = await startTestNats(t, { config: authorizationConfig(cluster, logins) });
    const authOf = (role: Role): NatsAuth => ({ kind: "nkey", seed: new TextDecoder().decode(key(role).getSeed()) });
    const buses = await connectRoles(server, authOf, (bus) => t.after(() => bus.close()));
    await workIsDone(buses);
    await otherWorkIsRefused(buses);
  });

  test("text that would break out of the configuration is refused", () => {
    const login: Login = { role: "client", kind: "password", user: 'a" }', password: "p" };
    assert.throws(() => authorizationConfig(cluster, [login]), /cannot stand in a server's configuration: no quotes/);
  });
});
