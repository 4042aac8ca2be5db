import { PluginSet } from "../../runtime/base/plugin-set.ts";
import { keyPrefix } from "../../runtime/graph/key.ts";
import type { WorkerBrain } from "./worker-brain.ts";
import { workerTaskChart } from "./worker-states.ts";

/** A task as a worker knows it. Its key is the scheduler's; `row` and `attempt` are what events speak of it by. */
export interface WorkerTask {
  readonly row: number;
  readonly attempt: number;
  /** The kind of task: the name of its function. Empty where the worker does not know it: at the first step, and of results made elsewhere. */
  readonly kind: string;
}

/**
 * What is to be done on every worker: open a connection, load a model, watch its tasks. An object of functions that travel, or a
 * class: each worker has an instance of its own, with what it keeps in its fields.
 * @see https://distributed.dask.org/en/stable/plugins.html#worker-plugins
 */
export interface WorkerPlugin {
  /** Another one of this name takes the place of the former. Default: a name of its own. */
  readonly name?: string;
  /** Runs on each worker, outside of any task. What it throws fails the registration. */
  setup?(worker: string): unknown;
  /** Runs on each worker when the plugin is taken off, and when the worker leaves in order. */
  teardown?(worker: string): unknown;
  /** A task of the worker changed its state; the states are those of docs/charts.md. It is called amid the worker's work: be quick. */
  transition?(task: WorkerTask, from: string, to: string): void;
}

/** The plugins of one worker. */
export class WorkerPlugins {
  private readonly worker: string;
  private readonly brain: () => WorkerBrain;
  private readonly plugins: PluginSet<WorkerPlugin>;

  constructor(worker: string, brain: () => WorkerBrain, warn: (text: string) => void) {
    this.worker = worker;
    this.brain = brain;
    this.plugins = new PluginSet((plugin, hook, error) => warn(`Plugin ${plugin} failed in ${hook}: ${String(error)}`));
  }

  async plug(name: string, plugin: WorkerPlugin): Promise<void> {
    await this.unplug(name);
    await plugin.setup?.(this.worker);
    this.plugins.add(name, plugin);
    this.listen();
  }

  async unplug(name: string): Promise<void> {
    const plugin = this.plugins.remove(name);
    this.listen();
    await plugin?.teardown?.(this.worker);
  }

  /** The worker ends. */
  close(): void {
    this.plugins.tell("teardown", this.worker);
    for (const name of this.plugins.names) this.plugins.remove(name);
    this.listen();
  }

  private listen(): void {
    const { rows } = this.brain();
    rows.onMove = this.plugins.has("transition") ? (row, from, to) => this.moved(row, from, to) : undefined;
  }

  private moved(row: number, from: number, to: number): void {
    const { states } = workerTaskChart;
    const { rows } = this.brain();
    const task: WorkerTask = { row, attempt: rows.attempt(row), kind: this.kindOf(row) };
    this.plugins.tell("transition", task, states[from], states[to]);
  }

  private kindOf(row: number): string {
    const { rows, layers } = this.brain();
    const layer = layers.get(rows.batch(row)?.layer ?? -1);
    return layer === undefined ? "" : (layer.kinds?.[rows.callOf(row)] ?? layer.prefix ?? keyPrefix(layer.name));
  }
}
