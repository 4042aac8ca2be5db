import type { ActorContext, Envelope } from "../../runtime/actor/actor.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import type { Random } from "../../runtime/base/random.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import type { SimNode, World } from "./world.ts";

/** The cluster on whose subjects strangers speak. */
export interface StrangerHost {
  readonly world: World;
  readonly identity: { readonly cluster: string; readonly version: string };
  addNode(id: string, drift: number): void;
  beginLife(id: string): SimNode;
  systemOn(node: SimNode): ActorSystem;
}

/** Under which name somebody speaks who is no member: none, that of a task, or a client's or worker's of its own. */
const GUISES = ["nobody", "task", "client", "worker"] as const;
export type Guise = (typeof GUISES)[number];

/** The name of strangers of all guises. */
const ID = "stranger";
const JOIN = { type: "join", join: 1, incarnation: 1, slots: 64, resources: { gpu: 64 }, pid: 1, host: "elsewhere" };

/**
 * What none of them may say: the words of other roles and those that a scheduler says to itself; a worker's of another version
 * or in another's name; and a member's, of one that is none.
 */
const WORDS: Readonly<Record<Guise, readonly Readonly<Record<string, unknown>>[]>> = {
  nobody: [
    { type: "hello", hello: 1, version: "0.0.0-simulated" },
    { ...JOIN, worker: ID, version: "0.0.0-simulated" },
    { type: "workerGone", worker: "w1", reason: "so it is said", isExpected: false },
    { type: "goodbye" },
  ],
  task: [
    { ...JOIN, worker: ID, version: "0.0.0-simulated" },
    { type: "workerGone", worker: "w1", reason: "so it is said", isExpected: false },
    { type: "clientHeartbeat" },
  ],
  client: [
    { type: "clientHeartbeat" },
    { type: "workerGone", worker: "w1", reason: "so it is said", isExpected: false },
    { ...JOIN, worker: ID, version: "0.0.0-simulated" },
    { type: "more" },
  ],
  worker: [
    { ...JOIN, worker: ID, version: "another" },
    { ...JOIN, worker: "w1", version: "0.0.0-simulated" },
    { type: "heartbeat", epoch: 1 },
    { type: "hello", hello: 1, version: "0.0.0-simulated" },
    { type: "tick" },
    { type: "probed", worker: "w1", isAbsent: true },
  ],
};

/** What a stranger says, by number: plain data for scenarios. */
export interface StrangerWord {
  readonly guise: Guise;
  readonly word: number;
}

export function strangerWord(random: Random): StrangerWord {
  const guise = random.pick(GUISES);
  return { guise, word: random.below(WORDS[guise].length) };
}

/** Somebody on the same server who is no member of the cluster: whatever it says, nothing comes of it. */
export class Strangers {
  private readonly host: StrangerHost;
  private system: ActorSystem | undefined;
  private readonly contexts = new Map<Guise, ActorContext>();

  constructor(host: StrangerHost) {
    this.host = host;
  }

  speak({ guise, word }: StrangerWord): void {
    const { world, identity } = this.host;
    const message = WORDS[guise][word] as { readonly type: string };
    world.note(`a stranger, as ${guise}, says ${message.type}`);
    const { scheduler } = clusterSubjects(identity.cluster);
    this.system ??= this.enter();
    const context = this.contexts.get(guise);
    if (context === undefined) this.system.tell(scheduler, message);
    else context.tell(scheduler, message);
  }

  private enter(): ActorSystem {
    const { host } = this;
    const subjects = clusterSubjects(host.identity.cluster);
    host.addNode(ID, 1);
    const system = host.systemOn(host.beginLife(ID));
    const addresses = { task: subjects.task(ID), client: subjects.client(ID), worker: subjects.worker(ID) };
    for (const [guise, address] of Object.entries(addresses))
      system.spawn({
        address,
        make: (context) => {
          this.contexts.set(guise as Guise, context);
          return { receive: (batch) => this.hear(guise, batch) };
        },
      });
    return system;
  }

  /** It is told to begin anew, or why it is refused, and nothing else. */
  private hear(guise: string, batch: readonly Envelope[]): void {
    for (const { message } of batch) {
      const { type } = message as { type: string };
      if (type !== "resync" && type !== "refused")
        this.host.world.fail(new Error(`A stranger, as ${guise}, is told ${type} as if it were a member`));
    }
  }
}
