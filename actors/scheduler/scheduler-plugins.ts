import { PluginSet } from "../../runtime/base/plugin-set.ts";
import type { SchedulerHappening } from "./happenings.ts";
import type { SchedulerState } from "./scheduler-state.ts";

/** What a scheduler's plugin is given at its start. */
export interface PluggedScheduler {
  readonly cluster: string;
  /** Writes into the cluster's log: `client.getLogs()`. */
  log(text: string): void;
}

/**
 * Hears what happens at the scheduler, on its thread, after each of its turns: be quick. An object of functions that travel, or a
 * class, whose instance keeps what it likes in its fields. What a hook throws is noted in the cluster's log, once.
 * @see https://distributed.dask.org/en/stable/plugins.html#scheduler-plugins
 */
export interface SchedulerPlugin {
  /** Another one of this name takes the place of the former. Default: a name of its own. */
  readonly name?: string;
  /** Runs when it is put in force. What it throws fails the registration. */
  start?(scheduler: PluggedScheduler): unknown;
  /** Runs when it is taken off, and when the scheduler stops. */
  close?(): unknown;
  /** A client submitted a graph of so many new tasks. */
  updateGraph?(client: string, tasks: number): void;
  /** A task changed its state; the states are those of docs/charts.md. `worker` is where it runs or lies, if anywhere. */
  transition?(key: string, from: string, to: string, worker: string | undefined): void;
  /** One of a name that is there takes the other's place. */
  addWorker?(worker: string): void;
  removeWorker?(worker: string, reason: string): void;
  addClient?(client: string): void;
  removeClient?(client: string): void;
  /** Workers are to be ended, each for another in its place. */
  restart?(workers: readonly string[]): void;
}

/** The plugins of one scheduler. While there are none, nothing is noted for them. */
export class SchedulerPlugins {
  private readonly state: SchedulerState;
  private readonly face: PluggedScheduler;
  private readonly plugins: PluginSet<SchedulerPlugin>;

  constructor(cluster: string, state: SchedulerState) {
    this.state = state;
    this.plugins = new PluginSet((plugin, hook, error) =>
      this.note("error", plugin, `failed in ${hook}: ${String(error)}`),
    );
    this.face = { cluster, log: (text) => this.note("info", "", String(text)) };
  }

  async plug(name: string, plugin: SchedulerPlugin): Promise<void> {
    await this.unplug(name);
    await plugin.start?.({ ...this.face, log: (text) => this.note("info", name, String(text)) });
    this.plugins.add(name, plugin);
    this.listen();
  }

  async unplug(name: string): Promise<void> {
    const plugin = this.plugins.remove(name);
    this.listen();
    await plugin?.close?.();
  }

  /** The scheduler stops. */
  close(): void {
    this.plugins.tell("close");
    for (const name of this.plugins.names) this.plugins.remove(name);
    this.listen();
  }

  /** A turn is over: what happened in it is told. */
  endTurn(): void {
    const { happenings } = this.state;
    if (happenings === undefined || happenings.events.length === 0) return;
    for (const event of happenings.events.splice(0)) this.tell(event);
  }

  private tell(event: SchedulerHappening): void {
    switch (event.kind) {
      case "transition":
        return this.plugins.tell("transition", event.key, event.from, event.to, event.worker);
      case "updateGraph":
        return this.plugins.tell("updateGraph", event.client, event.tasks);
      case "addWorker":
        return this.plugins.tell("addWorker", event.worker);
      case "removeWorker":
        return this.plugins.tell("removeWorker", event.worker, event.reason);
      case "addClient":
      case "removeClient":
        return this.plugins.tell(event.kind, event.client);
      case "restart":
        return this.plugins.tell("restart", event.workers);
    }
  }

  private listen(): void {
    const isHeard = this.plugins.names.length > 0;
    if (!isHeard) this.state.happenings = undefined;
    else {
      this.state.happenings ??= { events: [], withTransitions: false };
      this.state.happenings.withTransitions = this.plugins.has("transition");
    }
  }

  private note(level: "info" | "error", name: string, text: string): void {
    this.state.log.note({ atMs: this.state.nowMs, level, about: "plugin", name, text });
  }
}
