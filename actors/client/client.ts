import type { Actor, ActorContext, ActorSpec, Envelope } from "../../runtime/actor/actor.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import type { ToClient } from "../../runtime/protocol/client-scheduler.ts";
import { versionError } from "./client-error.ts";
import type { ClientSession } from "./client-session.ts";

const TICK = { type: "tick" } as const;

/** The client's actor: it carries a session's messages to the scheduler and brings its news. */
export function clientActor(session: ClientSession): ActorSpec {
  return {
    address: clusterSubjects(session.options.cluster).client(session.options.id),
    make: (context) => new Client(session, context),
    mailbox: { capacity: 1 << 20 },
    supervision: { onCrash: "escalate" },
  };
}

class Client implements Actor {
  private readonly session: ClientSession;
  private readonly context: ActorContext;
  private readonly scheduler: string;

  constructor(session: ClientSession, context: ActorContext) {
    this.session = session;
    this.context = context;
    this.scheduler = clusterSubjects(session.options.cluster).scheduler;
    session.attach({
      tell: (message) => context.tell(this.scheduler, message),
      beginAnew: () => context.beginAnew(this.scheduler),
      now: () => context.now(),
    });
    context.after(session.options.heartbeatMs, TICK);
  }

  receive(batch: readonly Envelope[]): void {
    for (const { message, from, link } of batch) {
      if ((message as { type: string }).type === "tick") {
        this.session.tick();
        this.context.after(this.session.options.heartbeatMs, TICK);
      } else if (from === this.scheduler) this.take(message as ToClient, link === "gap" || link === "begun");
    }
  }

  private take(message: ToClient, hasGap: boolean): void {
    const { version } = this.session.options;
    if (message.type === "clientWelcome" && message.version !== version)
      this.session.end(versionError(version, message.version));
    else this.session.take(message, hasGap);
  }

  undelivered(_address: string, messages: readonly unknown[], error: unknown): void {
    this.session.undelivered(messages, error);
  }
}
