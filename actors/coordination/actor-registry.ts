import type { CoordinationOut, Holder } from "./coordination-out.ts";

/** Where a user's actor lives, and what it takes to make it again. */
export interface ActorRecord {
  readonly id: string;
  /** The one it belongs to: it ends with them; undefined lives on. */
  readonly owner: Holder | undefined;
  readonly recipe: Uint8Array;
  worker: string;
  /** Which life of its worker it is in; undefined until that is known. */
  life: number | undefined;
  snapshot: Uint8Array | undefined;
  phase: "alive" | "restoring" | "lost";
  /** Workers that were taken for gone with it: one that comes back has it still, and is told to let it go. */
  readonly former: string[];
}

/** An actor that was just made. */
export type NewActor = Pick<ActorRecord, "id" | "owner" | "recipe" | "worker"> & {
  /** Which life of its worker made it, as its host said; undefined where that is not known. */
  readonly life?: number | undefined;
};

export type ActorPlace =
  | { readonly phase: "alive" | "restoring" | "lost"; readonly worker: string }
  | { readonly phase: "unknown" };

/** Where an actor is made again, and from what. */
export type RestoreOrder = Pick<ActorRecord, "id" | "worker" | "life" | "recipe"> & { readonly snapshot: Uint8Array };

/** What the registry has done by workers. */
export interface RegistryOut extends CoordinationOut {
  restore(order: RestoreOrder): void;
  stop(id: string, worker: string): void;
  /** An actor is lost for good: its worker is gone, and there is no snapshot. */
  lost?(id: string): void;
  /** A holder is gone, and what it held with it. */
  left?(holder: Holder): void;
}

export interface Presence {
  readonly workers: readonly string[];
  /** Grows with every start of a worker. */
  lifeOf?(worker: string): number | undefined;
  isPresent(holder: Holder): boolean;
}

/** Lost actors are remembered so long that whoever calls one learns why. */
const LOST_MAX = 1000;

/** Where actors of users' classes live. */
export class ActorRegistry {
  private readonly actors = new Map<string, ActorRecord>();

  register({ id, owner, recipe, worker, life }: NewActor): void {
    this.actors.set(id, { id, owner, recipe, worker, life, snapshot: undefined, phase: "alive", former: [] });
  }

  /** @param worker that has the instance; unknown where its maker tells the first */
  snapshot(id: string, bytes: Uint8Array, worker: string | undefined): void {
    const record = this.actors.get(id);
    if (record === undefined || record.phase === "lost") return;
    // A new life may have answered a call before it is heard that it was made.
    if (worker === undefined ? record.phase === "alive" : worker === record.worker) record.snapshot = bytes;
  }

  where(id: string): ActorPlace {
    const record = this.actors.get(id);
    return record === undefined ? { phase: "unknown" } : { phase: record.phase, worker: record.worker };
  }

  stop(id: string, out: RegistryOut): void {
    const record = this.actors.get(id);
    if (record === undefined) return;
    this.actors.delete(id);
    if (record.phase !== "lost") out.stop(id, record.worker);
  }

  /** Actors of the gone end; those whose worker is gone are made again elsewhere, or are lost. */
  review(presence: Presence, out: RegistryOut): void {
    const { workers, isPresent } = presence;
    for (const record of [...this.actors.values()]) {
      if (record.owner !== undefined && !isPresent(record.owner)) this.stop(record.id, out);
      else {
        if (record.phase !== "lost" && !isThere(record, presence)) this.move(record, presence, out);
        this.endFormer(record, workers, out);
      }
    }
    const lost = [...this.actors.values()].filter((record) => record.phase === "lost");
    for (const record of lost.slice(0, Math.max(0, lost.length - LOST_MAX))) this.actors.delete(record.id);
  }

  /** How making it again went. */
  restored(id: string, worker: string, isWell: boolean): void {
    const record = this.actors.get(id);
    if (record?.phase === "restoring" && record.worker === worker) record.phase = isWell ? "alive" : "lost";
  }

  /** Actors by worker. */
  counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { worker, phase } of this.actors.values())
      if (phase !== "lost") counts[worker] = (counts[worker] ?? 0) + 1;
    return counts;
  }

  /** A former scheduler has had it made again there. @param life of the worker, as it knew it then */
  moved(id: string, worker: string, life: number | undefined): void {
    const record = this.actors.get(id);
    if (record === undefined) return;
    leaveWorker(record);
    record.phase = "restoring";
    record.worker = worker;
    record.life = life;
  }

  /** A worker was told to let go of it, and may not have heard: it is told again. */
  notStopped(id: string, worker: string): void {
    const record = this.actors.get(id);
    if (record !== undefined && !record.former.includes(worker)) record.former.push(worker);
  }

  /** A former scheduler has given it up. */
  lost(id: string): void {
    const record = this.actors.get(id);
    if (record === undefined) return;
    leaveWorker(record);
    record.phase = "lost";
  }

  /** What a former scheduler began is begun again. */
  resume(out: RegistryOut): void {
    for (const record of this.actors.values())
      if (record.phase === "restoring" && record.snapshot !== undefined)
        out.restore(restoreOrder(record, record.snapshot));
  }

  get isEmpty(): boolean {
    return this.actors.size === 0;
  }

  /** All of it, as plain data. */
  dump(): unknown {
    return [...this.actors.values()];
  }

  load(dumped: unknown): void {
    // Summaries that were written before there were former lives name none.
    for (const { former = [], life, ...record } of dumped as (Omit<ActorRecord, "former" | "life"> &
      Partial<ActorRecord>)[])
      this.actors.set(record.id, { ...record, life, former: [...former] });
  }

  private move(record: ActorRecord, { workers, lifeOf }: Presence, out: RegistryOut): void {
    if (record.snapshot === undefined) {
      this.lost(record.id);
      out.lost?.(record.id);
      return;
    }
    const counts = this.counts();
    const [worker] = [...workers].sort((a, b) => (counts[a] ?? 0) - (counts[b] ?? 0));
    // Without any worker it waits for the next review.
    if (worker === undefined) return;
    leaveWorker(record);
    record.phase = "restoring";
    record.worker = worker;
    record.life = lifeOf?.(worker);
    out.restore(restoreOrder(record, record.snapshot));
  }

  /** No actor has two lives: an instance whose worker was only silent ends once that is heard of again. */
  private endFormer(record: ActorRecord, workers: readonly string[], out: RegistryOut): void {
    for (const worker of record.former.splice(0))
      if (!workers.includes(worker)) record.former.push(worker);
      else if (record.phase === "lost" || worker !== record.worker) out.stop(record.id, worker);
  }
}

/** Whether its worker is there, and is the process that has it. */
function isThere(record: ActorRecord, { workers, lifeOf }: Presence): boolean {
  if (!workers.includes(record.worker)) return false;
  const life = lifeOf?.(record.worker);
  record.life ??= life;
  // A life that has made an actor may have yet to join.
  return life === undefined || (record.life as number) >= life;
}

function restoreOrder({ id, worker, life, recipe }: ActorRecord, snapshot: Uint8Array): RestoreOrder {
  return { id, worker, life, recipe, snapshot };
}

function leaveWorker({ former, worker }: ActorRecord): void {
  if (!former.includes(worker)) former.push(worker);
}
