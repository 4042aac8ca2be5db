import type { Lead, LeadLoss } from "../../actors/scheduler/lead.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import { watchJournal } from "./journal-watch.ts";
import type { SimLine } from "./line.ts";
import type { SimNode, World } from "./world.ts";

/** The cluster whose schedulers follow each other. */
export interface StandbyHost {
  readonly world: World;
  beginLife(id: string): SimNode;
  /** The scheduler of a node leads from now on. */
  lead(node: SimNode, lead: Lead): ActorSystem;
  /** It leads no more. */
  fallSilent(node: SimNode): void;
  node(id: string): SimNode;
  crash(id: string, restartAfterMs: number): void;
}

/** Who stopped while it waited is there again after so long. */
const BACK_MS = 300;
/** Who is to stop while it waits has by then, whatever it asked last, and however few events let its promises settle. */
const STOPS_MS = 10_000;

/** Schedulers that wait for their turn, and for the next one after they were deposed. */
export class Standbys {
  /** Nodes whose scheduler leads, as far as it knows. */
  readonly leading = new Set<string>();
  /** How the one of a node that leads stops in order. */
  private readonly resignations = new Map<string, () => Promise<void>>();
  /** How the one of a node is told to wait no longer. */
  private readonly waits = new Map<string, AbortController>();
  private readonly host: StandbyHost;
  private readonly line: SimLine;
  private readonly version: string;

  constructor(host: StandbyHost, line: SimLine, version: string) {
    this.host = host;
    this.line = line;
    this.version = version;
  }

  begin(id: string): void {
    const { host } = this;
    const node = host.beginLife(id);
    const { life } = node;
    let system: ActorSystem | undefined;
    let lead: Lead | undefined;
    const lost = ({ reason }: LeadLoss): void => {
      host.world.note(`${id} leads no more: ${reason}`);
      this.line.note("loses");
      if (lead === undefined) host.world.fail(new Error(`${id} lost a lead that it never had: ${reason}`));
      system?.close();
      lead?.abandon();
      this.line.end(node);
      host.fallSilent(node);
      this.ended(id);
      if (node.life === life && node.isAlive) this.begin(id);
    };
    const wait = new AbortController();
    this.waits.set(id, wait);
    this.line.take(node, { version: this.version, signal: wait.signal, onLost: lost }).then(
      (taken) => {
        if (this.waits.get(id) === wait) this.waits.delete(id);
        lead = taken;
        if (lead === undefined) {
          if (!wait.signal.aborted) host.world.fail(new Error(`${id} waits no longer, for no reason`));
          host.crash(id, BACK_MS);
          return;
        }
        if (this.line.isOther(node)) host.world.fail(new Error(`${id} leads, and is of another version`));
        host.world.note(`${id} leads in epoch ${lead.epoch}, after ${lead.former}`);
        this.line.note("leads");
        this.leading.add(id);
        watchJournal(lead.commits, (error) => host.world.fail(error));
        system = host.lead(node, lead);
        this.resignations.set(id, async () => {
          system?.close();
          host.fallSilent(node);
          this.ended(id);
          if (lead === undefined) return;
          const closed = this.line.closing(lead.commits);
          await lead.resign();
          this.line.checkStopped(node, lead.commits, await closed);
        });
        // It took the lead as it was told to stop.
        if (wait.signal.aborted) this.resign(node, BACK_MS).catch((error) => host.world.fail(error));
      },
      // A process that cannot read or write the journal ends; another life of it may be luckier.
      (error) => {
        if (this.line.isDoomed(node, error)) host.crash(id, 100);
        else host.world.fail(error);
      },
    );
  }

  /** The one of a node stops in order, if it leads; its process is there again after a while. */
  async resign(node: SimNode, restartAfterMs: number): Promise<void> {
    const { id, life } = node;
    const resign = this.resignations.get(id);
    if (resign === undefined) return;
    this.host.world.note(`${id} resigns`);
    await resign();
    if (node.life === life && node.isAlive) this.host.crash(id, restartAfterMs);
  }

  /** The one of a node stops in order while it waits for its turn. */
  stopWaiting(id: string): void {
    const { host } = this;
    const wait = this.waits.get(id);
    if (wait === undefined || this.leading.has(id)) return;
    host.world.note(`${id} waits no longer`);
    wait.abort();
    const node = host.node(id);
    host.world.at(host.world.now + STOPS_MS, "stopped", () => {
      const isPaused = node.pausedUntil > host.world.now - STOPS_MS;
      if (node.isAlive && !isPaused && this.waits.get(id) === wait)
        host.world.fail(new Error(`${id} was to stop ${STOPS_MS} ms ago, and waits`));
    });
  }

  /** A process has ended, or its scheduler leads no more. */
  ended(id: string): void {
    this.leading.delete(id);
    this.resignations.delete(id);
  }
}
