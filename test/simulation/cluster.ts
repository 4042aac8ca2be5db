import { checkScheduler } from "../../actors/scheduler/invariants.ts";
import type { Lead } from "../../actors/scheduler/lead.ts";
import { type SchedulerJournal, schedulerActor } from "../../actors/scheduler/scheduler.ts";
import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { checkWorker } from "../../actors/worker/invariants.ts";
import { workerActor } from "../../actors/worker/worker.ts";
import { WorkerBrain } from "../../actors/worker/worker-brain.ts";
import { workerChartFacts } from "../../actors/worker/worker-states.ts";
import type { BindChart } from "../../runtime/actor/bound-chart.ts";
import type { Doubts } from "../../runtime/actor/doubts.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { actorCodec } from "../../runtime/protocol/actor-codec.ts";
import { MemoryDisk } from "../support/memory-disk.ts";
import type { SimClient } from "./client.ts";
import { EffectWatch } from "./effect-watch.ts";
import { FetchWatch } from "./fetch-watch.ts";
import { Heard } from "./heard.ts";
import { SimLine } from "./line.ts";
import { type MemoryOfWorker, withinCredit } from "./memory-bounds.ts";
import { Nannies, type NannyHost } from "./nannies.ts";
import { Network, type SimBus } from "./network.ts";
import { QueueBounds } from "./queue-bounds.ts";
import { RaceWatch } from "./race-watch.ts";
import type { Scenario } from "./scenario.ts";
import { CLIENT_LEASES, Seats, type SeatsHost } from "./seats.ts";
import { isSignOfLife } from "./sign-of-life.ts";
import { type StandbyHost, Standbys } from "./standbys.ts";
import { StealWatch } from "./steal-watch.ts";
import { type StillHost, Stillness } from "./stillness.ts";
import { type StrangerHost, Strangers } from "./strangers.ts";
import { type RunsHost, TaskRuns } from "./task-runs.ts";
import { tightMemory } from "./tight-memory.ts";
import { intakeRowsOf, TurnWatch } from "./turn-watch.ts";
import { hits } from "./walked-charts.ts";
import { checkWorkConservation } from "./work-conservation.ts";
import { type SimNode, World } from "./world.ts";

const CLUSTER = "sim";
const VERSION = "0.0.0-simulated";

export interface LiveWorker extends MemoryOfWorker {
  readonly system: ActorSystem;
}

/** A whole cluster on one heap of events: the real actors, on a network, clocks and functions that fail by plan. */
export class Cluster implements RunsHost, StandbyHost, SeatsHost, NannyHost, StrangerHost, StillHost {
  readonly world: World;
  readonly network: Network;
  readonly scenario: Scenario;
  readonly nodes = new Map<string, SimNode>();
  readonly workers = new Map<string, LiveWorker>();
  readonly seats = new Seats(this);
  readonly identity = { cluster: CLUSTER, version: VERSION };
  scheduler: SchedulerBrain | undefined;
  epoch = 0;
  /** The node whose scheduler leads. */
  leader = "s";
  readonly line: SimLine | undefined;
  readonly standbys: Standbys | undefined;
  readonly nannies: Nannies | undefined;
  readonly strangers: Strangers;
  crashes = 0;
  falseDeaths = 0;
  sessions = 0;
  /** How often brains heard what. */
  readonly heard = new Heard();
  retired = 0;
  readonly steals = new StealWatch((error) => this.world.fail(error));
  private readonly fetches = new FetchWatch((error) => this.world.fail(error));
  readonly races = new RaceWatch();
  readonly tasks: TaskRuns;
  readonly queues: QueueBounds;
  readonly effects: EffectWatch;
  private readonly stillness = new Stillness(this);
  private readonly turns: TurnWatch;
  /** Whose state may have changed since it was checked. */
  private readonly unchecked = new Set<SchedulerBrain | WorkerBrain>();
  private readonly bind: BindChart | undefined;
  private readonly doubtsOf: (() => Doubts) | undefined;

  /**
   * @param bind how task charts are run; compiled, if nothing is said
   * @param doubtsOf where an actor notes steps that must never happen; if nothing is said, they are failures
   */
  constructor(scenario: Scenario, bind?: BindChart, doubtsOf?: () => Doubts) {
    this.scenario = scenario;
    this.bind = bind;
    this.doubtsOf = doubtsOf;
    this.world = new World(scenario.seed);
    this.network = new Network(this.world, scenario.options.network);
    this.queues = new QueueBounds(scenario);
    const acting = scenario.layers.filter(({ annotations }) => annotations.effectful === "once");
    this.effects = new EffectWatch(new Set(acting.map(({ name }) => name)));
    this.tasks = new TaskRuns(this);
    this.turns = new TurnWatch(scenario, this.workers);
    this.world.afterEvent = () => this.afterEvent();
    const { workers, clients, drift } = scenario.options;
    this.addNode("s", 1);
    if (scenario.options.line !== undefined) {
      this.addNode("t", 1);
      this.line = new SimLine(this.world, scenario.options.line, scenario.seed);
      this.standbys = new Standbys(this, this.line, VERSION);
    }
    for (const [i, rate] of drift.entries()) this.addNode(`w${i + 1}`, rate);
    if (this.standbys === undefined) this.startScheduler();
    else for (const id of ["s", "t"]) this.standbys.begin(id);
    this.strangers = new Strangers(this);
    if (scenario.options.nannies === true) this.nannies = new Nannies(this, scenario.options.heartbeatMs);
    for (let i = 1; i <= workers; i++) this.startWorker(`w${i}`);
    for (let i = 1; i <= clients; i++) this.seats.take(`c${i}`);
  }

  startScheduler(): void {
    this.beginLife("s");
    this.epoch += 1;
    // As far apart as times are.
    this.spawnScheduler(this.node("s"), this.epoch * 1_000_000, undefined);
  }

  /** A scheduler of the line leads: it goes on where the former one ended. */
  lead(node: SimNode, lead: Lead): ActorSystem {
    this.stir();
    this.leader = node.id;
    this.epoch = 1;
    const commits = (this.line as SimLine).watched(lead.commits);
    return this.spawnScheduler(node, lead.epoch, { ...lead, commits, summaryOfOthers: () => [] });
  }

  fallSilent({ id }: SimNode): void {
    if (this.leader === id) this.scheduler = undefined;
  }

  private spawnScheduler(node: SimNode, epoch: number, journal: SchedulerJournal | undefined): ActorSystem {
    const { heartbeatMs, leaseMs, prefillUs, allowedFailures, tasksPerClientMax, speculate, cache, bytesPerUs } =
      this.scenario.options;
    const system = this.systemOn(node);
    system.spawn(
      schedulerActor({
        cluster: CLUSTER,
        epoch,
        journal,
        version: VERSION,
        heartbeatMs,
        workerLeaseMs: leaseMs,
        clientLeaseMs: leaseMs * CLIENT_LEASES,
        prefillUs,
        allowedFailures,
        tasksPerClientMax,
        speculate,
        cache,
        intakeRows: intakeRowsOf(this.scenario),
        // In every fifth it cannot keep up, and has a backlog.
        messagesPerTurn: this.scenario.seed % 5 === 2 ? 1 : undefined,
        hits: hits.scheduler,
        ...(this.bind === undefined ? {} : { bind: this.bind }),
        ...(this.doubtsOf === undefined ? {} : { doubts: this.doubtsOf() }),
        ...workerChartFacts,
        onWatched: (key, state) => this.turns.told.hear(key, state),
        onBrain: (brain) => {
          this.scheduler = brain;
          if (bytesPerUs !== undefined) brain.state.transferRate.bytesPerUs = bytesPerUs;
          this.observe(brain);
        },
      }),
    );
    return system;
  }

  /** Those that are here now, by seat. */
  get clients(): ReadonlyMap<string, SimClient> {
    return this.seats.clients;
  }

  /** Counts the sessions that begin anew, and the workers that are given up though they live. */
  private observe(brain: SchedulerBrain): void {
    this.turns.watch(brain, (error) => this.world.fail(error));
    this.races.watch(brain, (error) => this.world.fail(error));
    const step = brain.step.bind(brain);
    brain.step = (input, now) => {
      if (input.kind === "worker" && input.message.type === "relinquish")
        this.steals.note(brain.state, input.message.rows);
      const before = input.kind === "tick" ? [...brain.state.workerByName.values()] : [];
      this.heard.note("scheduler", input);
      this.nannies?.check(input);
      const { phase } = brain.state;
      this.unchecked.add(brain);
      if (input.kind !== "tick" && !isSignOfLife(input)) this.stir();
      step(input, now);
      if (phase === "recovering" && brain.state.phase === "leading") this.noteStrangers(brain);
      for (const { id, incarnation } of before)
        if (!brain.state.workerByName.has(id)) {
          this.world.note(`s gives up ${id}`);
          this.stir();
          if (this.node(id).isAlive && this.node(id).life === incarnation) this.falseDeaths += 1;
        }
      if (input.kind === "worker" && input.message.type === "join" && input.message.join > 1) this.sessions += 1;
      if (input.kind === "client" && input.message.type === "hello" && input.message.hello > 1) this.sessions += 1;
    };
    const endTurn = brain.endTurn.bind(brain);
    brain.endTurn = (output) => {
      try {
        this.turns.look(brain);
        withinCredit(brain, () => endTurn(output));
      } catch (error) {
        this.world.fail(error);
      }
      this.races.look(brain.state);
      this.effects.look(brain.state);
    };
  }

  /** Whom a leader does not know of as it begins, because the journal lost the record of their joining: they still run what they had. */
  private noteStrangers(brain: SchedulerBrain): void {
    if ((this.line?.forgotten ?? 0) === 0) return;
    for (const id of this.workers.keys()) if (!brain.state.workerByName.has(id)) this.tasks.strangers.add(id);
  }

  private observeWorker(brain: WorkerBrain): void {
    this.steals.watch(brain);
    this.fetches.watch(brain);
    this.tasks.watch(brain);
    for (const name of WORKER_STEPS) {
      const step = brain[name].bind(brain) as (...args: unknown[]) => unknown;
      brain[name] = ((...args: unknown[]) => {
        this.unchecked.add(brain);
        this.heard.note(name === "step" ? "worker" : `worker ${name}`, args[0]);
        if (!isSignOfLife(args[0])) this.stir();
        return step(...args);
      }) as never;
    }
  }

  /** Something is done to it from outside. */
  stir(): void {
    this.stillness.stir();
  }

  get isStill(): boolean {
    return this.stillness.isStill;
  }

  startWorker(id: string): void {
    if (this.node(id).isAlive) return;
    const node = this.beginLife(id);
    const { heartbeatMs, yieldMs, slots } = this.scenario.options;
    const bus = this.network.busOf(node);
    const clock = this.world.clockOf(node);
    const system = this.systemOn(node, bus);
    const memory = tightMemory(this.scenario.seed, this.world, node, clock);
    const soundLimitBytes = memory?.isSound ? memory.limitBytes : undefined;
    system.spawn(
      workerActor({
        cluster: CLUSTER,
        id,
        incarnation: node.life,
        slots: slots[Number(id.slice(1)) - 1] as number,
        resources: { gpu: 1 },
        version: VERSION,
        pid: node.life,
        host: "simulated",
        bus,
        clock,
        heartbeatMs,
        yieldMs,
        functions: "any",
        shardDisk: new MemoryDisk(),
        // So little that some go to disk.
        shardBytesMax: 256,
        memory,
        storedBytesMin: 1,
        rssBytes: () => 0,
        yieldThen: (run) => void this.world.at(this.world.now + 0.01, "burst", run, node),
        hits: hits.worker,
        ...(this.bind === undefined ? {} : { bind: this.bind }),
        ...(this.doubtsOf === undefined ? {} : { doubts: this.doubtsOf() }),
        onEnd: ({ kind, reason }) => {
          this.world.note(`${id} ends: ${reason}`);
          if (kind === "dismissed") this.leave(id);
          else this.crash(id, 100);
        },
        onBrain: (brain) => {
          this.workers.set(id, { brain, system, soundLimitBytes });
          this.observeWorker(brain);
        },
      }),
    );
  }

  /** Asks the scheduler as a client's process would. @throws if it does not answer */
  askScheduler(question: unknown): Promise<unknown> {
    return (this.seats.system as ActorSystem).ask(clusterSubjects(CLUSTER).scheduler, question, { timeoutMs: 3000 });
  }

  /** A worker ends in order: nothing that anyone needs was only there. */
  private leave(id: string): void {
    this.retired += 1;
    this.endLife(id);
    this.startAgain(id, 200);
  }

  /** Ends a process without a word; it is started again after a while. @param isAsked for a reason that the scheduler knows */
  crash(id: string, restartAfterMs: number, isAsked = false): void {
    if (!this.node(id).isAlive) return;
    this.world.note(`${id} crashes`);
    this.crashes += 1;
    const isMinded = this.nannies !== undefined && this.workers.has(id);
    this.endLife(id);
    if (isMinded) this.nannies?.exited(id, restartAfterMs, isAsked);
    else this.startAgain(id, restartAfterMs);
  }

  private endLife(id: string): void {
    const node = this.node(id);
    node.isAlive = false;
    this.workers.delete(id);
    this.tasks.ended(id);
    this.standbys?.ended(id);
    if (this.standbys !== undefined) this.fallSilent(node);
  }

  private startAgain(id: string, restartAfterMs: number): void {
    this.world.at(this.world.now + restartAfterMs, "restart", () => {
      if (this.standbys !== undefined && (id === "s" || id === "t")) this.standbys.begin(id);
      else this.startWorker(id);
    });
  }

  /** The scheduler's process ends, and another takes its place that knows nothing. */
  replaceScheduler(): void {
    this.world.note("s is replaced");
    this.node("s").isAlive = false;
    this.startScheduler();
  }

  /** A process of its own: what the former one still does, as its promises settle, reaches nobody. */
  beginLife(id: string): SimNode {
    const former = this.node(id);
    former.isAlive = false;
    const node = { ...former, life: former.life + 1, isAlive: true, pausedUntil: 0, putOff: [] };
    this.nodes.set(id, node);
    return node;
  }

  node(id: string): SimNode {
    return this.nodes.get(id) as SimNode;
  }

  busOf(node: SimNode): SimBus {
    return this.network.busOf(node);
  }

  forgetNode(id: string): void {
    this.node(id).isAlive = false;
    this.nodes.delete(id);
  }

  systemOn(node: SimNode, bus = this.network.busOf(node)): ActorSystem {
    const { world } = this;
    let tokens = 0;
    const { life } = node;
    const system = new ActorSystem({
      bus,
      clock: world.clockOf(node),
      codec: actorCodec,
      newToken: () => `${node.id}-${life}-${tokens++}`,
      defer: (run) => void world.at(world.now + this.scenario.options.turnMs, "turn", run, node),
      onFailure: (error, actor) => {
        if (node.life === life) world.fail(new Error(`${actor} failed`, { cause: error }));
      },
    });
    this.queues.watch(node, system);
    return system;
  }

  addNode(id: string, drift: number): void {
    this.nodes.set(id, { id, life: 0, isAlive: false, pausedUntil: 0, putOff: [], drift });
  }

  private afterEvent(): void {
    if (this.world.failure !== undefined) return;
    try {
      // A queue without a bound shows later just as well.
      if (this.world.events % 8 === 0) this.queues.look(this.scheduler, this.workers);
      for (const brain of this.unchecked) {
        if (brain instanceof WorkerBrain) checkWorker(brain);
        else if (brain === this.scheduler) {
          checkScheduler(brain.state);
          checkWorkConservation(brain);
        }
      }
    } catch (error) {
      this.world.fail(error);
    }
    this.unchecked.clear();
  }
}

/** All that changes a worker's brain. */
const WORKER_STEPS = ["step", "takeRunnable", "finished", "failed", "orphanEnded"] as const;
