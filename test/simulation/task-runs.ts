import type { WorkerBrain } from "../../actors/worker/worker-brain.ts";
import { WS } from "../../actors/worker/worker-states.ts";
import type { EffectWatch } from "./effect-watch.ts";
import { isPlain } from "./in-order.ts";
import type { RaceWatch } from "./race-watch.ts";
import type { Scenario } from "./scenario.ts";
import { digestOf, type TaskPlan, type TaskWorld, taskValue } from "./tasks.ts";
import type { SimLayer } from "./workload.ts";
import type { SimNode, World } from "./world.ts";

/** Runs of a task: how often, and where it is running now. */
export interface RunsOfTask {
  begun: number;
  /** When its last run was over. */
  endedMs: number;
  readonly running: Map<string, number>;
}

/** The cluster whose tasks run. */
export interface RunsHost {
  readonly world: World;
  readonly scenario: Scenario;
  readonly races: RaceWatch;
  readonly effects: EffectWatch;
  node(id: string): SimNode;
  crash(id: string, restartAfterMs: number): void;
}

/** What the functions of a cluster's tasks do: how long they take, which fail and which end their worker, and where they run. */
export class TaskRuns implements TaskWorld {
  readonly byTask = new Map<string, RunsOfTask>();
  /** Runs that began while another one, which is no copy of a straggler, went on elsewhere. */
  overlaps = 0;
  /** Tasks that a worker was told to run whose result it had: it says so, and runs nothing. */
  answered = 0;
  /** Workers whose joining went with the journal's lost tail: they still run what they had. */
  readonly strangers = new Set<string>();
  /** Nothing is asked for anew and nothing is lost: only a retry has a task run again. */
  private readonly isPlain: boolean;
  private readonly host: RunsHost;
  private readonly layers: ReadonlyMap<string, SimLayer>;

  constructor(host: RunsHost) {
    this.host = host;
    this.isPlain = isPlain(host.scenario) && host.scenario.options.speculate !== true;
    this.layers = new Map(host.scenario.layers.map((layer) => [layer.name, layer]));
  }

  /** Looks at what a worker is told to run from now on. */
  watch(brain: WorkerBrain): void {
    const step = brain.step.bind(brain);
    brain.step = (event) => {
      if (event.kind === "message" && event.message.type === "compute")
        for (const { rows } of event.message.batches)
          for (const row of rows) if (brain.rows.state(row) === WS.memory) this.answered += 1;
      step(event);
    };
  }

  /** A worker's process has ended. */
  ended(worker: string): void {
    for (const runs of this.byTask.values()) runs.running.delete(worker);
  }

  begin(task: string, worker: string, fence: number): TaskPlan {
    try {
      this.host.effects.begin(task, fence);
    } catch (error) {
      this.host.world.fail(error);
    }
    return this.beginTask(task, worker);
  }

  end(task: string, worker: string): void {
    const runs = this.byTask.get(task);
    runs?.running.delete(worker);
    if (runs !== undefined) runs.endedMs = this.host.world.now;
  }

  after(worker: string, delayMs: number, run: () => void): void {
    this.host.world.at(this.host.world.now + delayMs, "task", run, this.host.node(worker));
  }

  private beginTask(task: string, worker: string): TaskPlan {
    const at = task.lastIndexOf(":");
    const index = Number(task.slice(at + 1));
    const { behaviour } = this.layers.get(task.slice(0, at)) as SimLayer;
    // A promise of the process that just ended may still settle here, as it could not in a real one.
    if (!this.host.node(worker).isAlive) return { durationMs: 1e9, outcome: "value", bytes: 8, heedsAbort: false };
    let runs = this.byTask.get(task);
    if (runs === undefined) this.byTask.set(task, (runs = { begun: 0, endedMs: 0, running: new Map() }));
    runs.begun += 1;
    this.checkRest(task, runs);
    const elsewhere = [...runs.running.keys()].join(", ");
    const isAllowed = (one: string): boolean => this.host.races.mayRun(task, one) || this.strangers.has(one);
    if (![...runs.running.keys()].every(isAllowed)) this.overlaps += 1;
    runs.running.set(worker, this.host.world.now);
    this.host.world.note(`${worker} runs ${task}${elsewhere && `, which runs on ${elsewhere}`}`);
    if (behaviour.poison.includes(index)) {
      const { life } = this.host.node(worker);
      this.host.world.at(this.host.world.now + behaviour.durationMs, "poison", () => {
        if (this.host.node(worker).life === life) this.host.crash(worker, 50);
      });
      return { durationMs: behaviour.durationMs + 1e9, outcome: "value", bytes: 8, heedsAbort: false };
    }
    const throws = behaviour.flaky.find(([one]) => one === index)?.[1] ?? 0;
    return {
      durationMs: behaviour.durationMs * paceOf(task, runs.begun) * this.slownessOf(worker),
      outcome: behaviour.broken.includes(index) || runs.begun <= throws ? "throw" : "value",
      bytes: behaviour.bytes,
      heedsAbort: behaviour.heedsAbort,
    };
  }

  /** Where nothing else has a task run again, it was tried before and has rested since, each time twice as long. */
  private checkRest(task: string, { begun, endedMs }: RunsOfTask): void {
    const { retryDelayMs } = (this.layers.get(task.slice(0, task.lastIndexOf(":"))) as SimLayer).annotations;
    if (begun < 2 || retryDelayMs === undefined || !this.isPlain) return;
    const leastMs = Math.min(REST_MS_MAX, retryDelayMs * 2 ** (begun - 2));
    const restedMs = this.host.world.now - endedMs;
    if (restedMs < leastMs) this.host.world.fail(new Error(`${task} rested ${restedMs} ms, not ${leastMs}`));
  }

  private slownessOf(worker: string): number {
    return this.host.scenario.options.slowness?.[Number(worker.slice(1)) - 1] ?? 1;
  }
}

/** A retry waits no longer than this. */
const REST_MS_MAX = 60_000;

/** How many times as long as usual the slowest runs take. */
export const SLOWEST = 12;

/** No two runs take the same time, and some take very long. */
function paceOf(task: string, run: number): number {
  const draw = digestOf(taskValue(task, [run], 8)) % 100;
  return draw < 10 ? SLOWEST : 0.1 + draw / 50;
}
