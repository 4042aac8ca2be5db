import { encodeChunks } from "../../actors/chunk/chunk-frame.ts";
import { writeRequest } from "../../actors/chunk/chunk-request.ts";
import { ChunkSource } from "../../actors/chunk/chunk-source.ts";
import { sizeOf } from "../../actors/chunk/sizeof.ts";
import type { ClientSession } from "../../actors/client/client-session.ts";
import { gather } from "../../actors/client/gather.ts";
import { STANDING } from "../../actors/client/submission-record.ts";
import type { Frame } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import type { Graph } from "../../runtime/graph/graph.ts";
import type { HeldLayer } from "../../runtime/graph/layer.ts";

/** What a handle stands for. */
export interface Held {
  readonly layer: string;
  readonly index: number;
}

/** A user of the real session: it submits, holds, lets go, scatters and gathers, and keeps book of what each handle is. */
export class SimClient {
  readonly id: string;
  readonly session: ClientSession;
  readonly handles = new Map<number, Held>();
  /** Handles by layer that was scattered. */
  private readonly scatteredLayers = new Map<string, readonly number[]>();
  /** Transfers under way, scattered and gathered. */
  openTransfers = 0;

  constructor(session: ClientSession) {
    this.id = session.options.id;
    this.session = session;
  }

  get isSettled(): boolean {
    if (!this.session.isOpen || this.openTransfers > 0) return false;
    for (const handle of this.handles.keys()) if (this.standing(handle) === STANDING.pending) return false;
    return true;
  }

  standing(handle: number): number {
    return this.session.record(handle).standingOf(handle);
  }

  errorOf(handle: number): unknown {
    return this.standing(handle) === STANDING.erred ? this.session.record(handle).errorOf(handle) : undefined;
  }

  submit(graph: Graph, priority: number): void {
    const record = this.session.submit(graph, { priority, retries: 0 });
    let handle = record.first;
    for (const { layer, indices } of graph.wants)
      for (const index of indices as Uint32Array) this.handles.set(handle++, { layer: layer.name, index });
  }

  /** The blocks of a layer as far as they are held here, all of them or none. */
  heldLayer(name: string, count: number): HeldLayer | undefined {
    const scattered = this.scatteredLayers.get(name)?.filter((handle) => this.handles.has(handle));
    const found = scattered ?? this.handlesOf(name, count);
    if (found.length < count) return undefined;
    const lease = { session: this.session, handles: Uint32Array.from(found) };
    return { kind: "held", name, grid: [count], keys: undefined, lease };
  }

  release(handles: readonly number[]): void {
    for (const handle of handles) {
      this.handles.delete(handle);
      this.session.release(handle, 1);
    }
  }

  cancel(handles: readonly number[]): void {
    this.session.cancel(handles, "the simulation says so");
  }

  retry(handles: readonly number[]): void {
    this.session.retry(handles.filter((handle) => this.standing(handle) === STANDING.erred));
  }

  /** The values of handles, by transfer where they did not come along. */
  async gather(handles: readonly number[]): Promise<unknown[]> {
    this.openTransfers += 1;
    try {
      return await gather(this.session, handles);
    } finally {
      this.openTransfers -= 1;
    }
  }

  /** Puts the values of a layer on a worker; false if that could not be. */
  async scatter(name: string, values: readonly unknown[], worker: string): Promise<boolean> {
    this.openTransfers += 1;
    try {
      await this.offer(name, values, worker);
      return true;
    } catch {
      return false;
    } finally {
      this.openTransfers -= 1;
    }
  }

  private async offer(name: string, values: readonly unknown[], worker: string): Promise<void> {
    const { bus, cluster, clock } = this.session.options;
    const subjects = clusterSubjects(cluster);
    const first = this.session.reserve(values.length);
    const handles = values.map((_, i) => first + i);
    const source = new ChunkSource(
      { bus, clock, subject: `${subjects.client(this.id)}.peer${first}` },
      () => [],
      () => {},
    );
    try {
      const { bytes } = await encodeChunks(
        values.map((value, row) => ({ row, since: 0, value, bytes: sizeOf(value) })),
        false,
      );
      const tickets = handles.map((handle) => `${this.id}/${handle}`);
      const offer = {
        type: "offer",
        from: source.subject,
        ...source.offer([bytes]),
        tickets,
      };
      const answer = await bus.request(subjects.workerPeer(worker), writeRequest(bus, offer as never), {
        timeoutMs: 20_000,
      });
      const said = JSON.parse(Buffer.from((answer.payload as Frame).bytes ?? answer.payload).toString());
      if (said.error !== undefined) throw new Error(said.error);
    } finally {
      source.close();
    }
    const keys = handles.map((handle) => `scatter-${this.id}-${handle}/0`);
    this.session.scattered(
      keys,
      Float64Array.from(values, (value) => sizeOf(value)),
      values.map(() => worker),
      first,
    );
    handles.forEach((handle, index) => {
      this.handles.set(handle, { layer: name, index });
    });
    this.scatteredLayers.set(name, handles);
  }

  private handlesOf(name: string, count: number): number[] {
    const found = new Map<number, number>();
    for (const [handle, { layer, index }] of this.handles) if (layer === name) found.set(index, handle);
    return found.size < count ? [] : Array.from({ length: count }, (_, i) => found.get(i) as number);
  }
}
