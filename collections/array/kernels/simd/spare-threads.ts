import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { WasmMemory } from "../../../../runtime/base/web-assembly.ts";
import { spareCount } from "./spare-count.ts";
import { moduleOf, type WasmFunction } from "./wasm-function.ts";

/** A call of a function of WebAssembly. Bit k of `own` says that argument k is an address in the scratch memory of whoever runs it. */
export interface TileCall {
  readonly run: WasmFunction;
  readonly args: readonly number[];
  readonly own: number;
}

/** Tiles that may be made in any order, by any thread, and are taken in order. */
export interface TileWork {
  readonly count: number;
  /** Bytes from the scratch memory of one thread to that of the next. */
  readonly laneBytes: number;
  /** The calls that make a tile in a slot. */
  calls(tile: number, slot: number): readonly TileCall[];
  /** Takes a tile from its slot; `isLeft` if its calls could not make all of it. */
  take(tile: number, slot: number, isLeft: boolean): void;
}

/** Tiles that may be made before they are taken; a power of two, as they are counted beyond 32 bits. */
export const SLOTS = 16;
/** Numbers of a tile's record: calls, bytes between scratch memories, then each call. */
const RECORD = 512;
const [WAITING, DONE, LEFT, FAILED] = [0, 1, 2, 3];
/** Where what threads share lies in the control memory: whole numbers, each changed atomically. */
const [READY, CLAIMED, PUBLISHED, STATES] = [0, 1, 2, 8];

/** Simple operations on elements, of a quarter of a nanosecond each: less of them is done before a spare thread is awake. */
const OPERATIONS_MIN = 4_000_000;
/** Operations an element: with fewer, what threads tell each other costs more than they save. */
const COST_MIN = 8;
/** So much work was met before spare threads are started: programs that do little never have them. */
const START_AFTER = 100_000_000;

let met = 0;
let threads: SpareThreads | undefined;

/**
 * The spare threads, for so many elements of so many simple operations each; undefined where there are none yet, or it is not worth waking them.
 * @param memory the arena, which threads share
 */
export function sparesFor(size: number, cost: number, memory: WasmMemory): SpareThreads | undefined {
  const operations = size * cost;
  if (cost < COST_MIN || operations < OPERATIONS_MIN) return undefined;
  met += operations;
  if (met < START_AFTER) return undefined;
  threads ??= new SpareThreads(memory, spareCount());
  return threads.isReady ? threads : undefined;
}

/** Threads that make tiles in the arena. The main thread makes them too, and takes each when it is there. */
export class SpareThreads {
  readonly lanes: number;
  private readonly control = new Int32Array(new SharedArrayBuffer(4 * (STATES + SLOTS)));
  private readonly records = new Float64Array(new SharedArrayBuffer(8 * SLOTS * RECORD));
  private readonly ports: MessagePort[] = [];
  private readonly known = new Map<WasmFunction, number>();
  private readonly calls: (readonly TileCall[])[] = [];
  /** Tiles published by all works so far. */
  private published = 0;
  private isBroken = false;

  constructor(memory: WasmMemory, count: number) {
    this.lanes = count + 1;
    for (let lane = 1; lane <= count; lane++) this.ports.push(this.start(memory, lane));
  }

  /** Whether spare threads run: a thread takes some milliseconds to start. */
  get isReady(): boolean {
    return !this.isBroken && Atomics.load(this.control, READY) === this.ports.length;
  }

  /** Makes all tiles and takes them in order. What `take` throws is thrown once no spare thread touches the memory any more. */
  run(work: TileWork): void {
    const { control } = this;
    const first = this.published;
    let taken = 0;
    try {
      while (taken < work.count) {
        this.publish(work, first, Math.min(work.count, taken + SLOTS));
        const slot = (first + taken) & (SLOTS - 1);
        const state = Atomics.load(control, STATES + slot);
        if (state !== WAITING) {
          if (state === FAILED) this.isBroken = true;
          work.take(taken, slot, state !== DONE);
          taken += 1;
          continue;
        }
        const mine = this.claimed();
        if (mine === undefined) Atomics.wait(control, STATES + slot, WAITING);
        else this.make(mine & (SLOTS - 1));
      }
    } finally {
      if (taken < work.count) this.quiesce(first + taken);
    }
  }

  private publish(work: TileWork, first: number, until: number): void {
    const end = (first + until) | 0;
    if (this.published === end) return;
    for (; this.published !== end; this.published = (this.published + 1) | 0) {
      const slot = this.published & (SLOTS - 1);
      const calls = work.calls((this.published - first) | 0, slot);
      this.calls[slot] = calls;
      this.record(slot * RECORD, work.laneBytes, calls);
      Atomics.store(this.control, STATES + slot, WAITING);
    }
    Atomics.store(this.control, PUBLISHED, end);
    Atomics.notify(this.control, PUBLISHED);
  }

  private record(start: number, laneBytes: number, calls: readonly TileCall[]): void {
    const { records } = this;
    records[start] = calls.length;
    records[start + 1] = laneBytes;
    let at = start + 2;
    for (const { run, args, own } of calls) {
      records[at] = this.known.get(run) ?? this.told(run);
      records[at + 1] = args.length;
      records[at + 2] = own;
      records.set(args, at + 3);
      at += 3 + args.length;
    }
  }

  /** Tells the spare threads of a function; they look when they first meet its number. */
  private told(run: WasmFunction): number {
    const id = this.known.size;
    this.known.set(run, id);
    for (const port of this.ports) port.postMessage({ id, module: moduleOf(run) });
    return id;
  }

  private claimed(): number | undefined {
    for (;;) {
      const next = Atomics.load(this.control, CLAIMED);
      if (next === Atomics.load(this.control, PUBLISHED)) return undefined;
      if (Atomics.compareExchange(this.control, CLAIMED, next, (next + 1) | 0) === next) return next;
    }
  }

  private make(slot: number): void {
    let result: number | undefined;
    for (const { run, args } of this.calls[slot] as readonly TileCall[]) result = run(...args);
    Atomics.store(this.control, STATES + slot, result === 1 ? LEFT : DONE);
  }

  /** Nobody takes the tiles from here on: those not begun never are, those that spare threads are at are waited for. */
  private quiesce(from: number): void {
    for (let tile = this.claimed(); tile !== undefined; tile = this.claimed())
      Atomics.store(this.control, STATES + (tile & (SLOTS - 1)), DONE);
    for (let tile = from | 0; tile !== this.published; tile = (tile + 1) | 0)
      Atomics.wait(this.control, STATES + (tile & (SLOTS - 1)), WAITING);
  }

  private start(memory: WasmMemory, lane: number): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const { control, records } = this;
    const places = { READY, CLAIMED, PUBLISHED, STATES, SLOTS, RECORD, WAITING, DONE, LEFT, FAILED };
    const worker = new Worker(new URL("./spare-thread.mjs", import.meta.url), {
      workerData: { memory, control, records, port: port2, lane, places },
      transferList: [port2],
      name: "shoal-kernels",
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 },
    });
    worker.on("error", () => {
      this.isBroken = true;
    });
    worker.unref();
    port1.unref();
    return port1;
  }
}
