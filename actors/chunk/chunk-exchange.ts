import { type ActivityMeter, timed } from "../../runtime/base/activity-meter.ts";
import { CODEC_NAMES } from "../../runtime/base/compression.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { askForHugePages, HUGE_BYTES_MIN } from "../../runtime/base/huge-pages.ts";
import type { Bus, Frame } from "../../runtime/bus/bus.ts";
import { ChunkFault } from "./chunk-fault.ts";
import { asFault, decodeChunks, type MovingChunk } from "./chunk-frame.ts";
import {
  type ChunkRequest,
  MARK,
  MARK_BYTES,
  partBytes,
  readPacked,
  type Transfer,
  writeRequest,
} from "./chunk-request.ts";
import type { InWindow, Windows } from "./windows.ts";

/** Parts asked for at once over the bus: the receiver's credit. */
const PARTS_OPEN_MAX = 16;
/** A window holds as many parts of this size as are under way at once: one is written while another is read. */
const WINDOW_PART_BYTES = 4 * 1024 * 1024;
const WINDOW_PARTS_MAX = 4;

/** How chunks come from others. */
export interface ChunkRoad {
  readonly bus: Bus;
  readonly windows?: Windows | undefined;
  /** Where it is told what fetching takes. */
  readonly meter?: ActivityMeter | undefined;
}

export interface PullOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Fetches chunks from a holder.
 * @throws ShoalError of the bus; LOST_DATA if the holder cannot give them
 */
export async function fetchChunks(
  road: ChunkRoad,
  holder: string,
  wanted: {
    readonly rows: readonly number[];
    readonly attempts: readonly number[];
    readonly bytesMax?: number;
  },
  options: PullOptions,
): Promise<MovingChunk[]> {
  const { rows, attempts, bytesMax = Number.POSITIVE_INFINITY } = wanted;
  const limit = Number.isFinite(bytesMax) ? { bytesMax } : {};
  return ask(road, holder, { type: "get", rows, attempts, ...limit, ...reach(road) }, options);
}

/** The places[i]-th shard of sets[i], from the worker that keeps them. @throws ShoalError as {@link fetchChunks} does */
export async function fetchShards(
  road: ChunkRoad,
  holder: string,
  { sets, places }: { readonly sets: readonly string[]; readonly places: readonly number[] },
  options: PullOptions,
): Promise<MovingChunk[]> {
  const chunks = await ask(road, holder, { type: "shards", sets, places, ...reach(road) }, options);
  for (const { value } of chunks) if (value instanceof ChunkFault) throw value.error;
  return chunks;
}

/** What an asker can do with an answer. */
const reach = ({ bus, windows }: ChunkRoad): { looks: boolean; unpacks?: readonly string[] } =>
  bus.carries === "bytes" ? { looks: windows !== undefined, unpacks: CODEC_NAMES } : { looks: windows !== undefined };

async function ask(
  road: ChunkRoad,
  holder: string,
  request: ChunkRequest,
  options: PullOptions,
): Promise<MovingChunk[]> {
  const arrived = await timed(road.meter, "fetch", "transfer", () => bring(road, holder, request, options), weightOf);
  return Array.isArray(arrived) ? arrived : timed(road.meter, "fetch", "decode", () => decodeChunks(arrived, asFault));
}

/** The chunks themselves within a thread, or the frame they are in. */
async function bring(
  road: ChunkRoad,
  holder: string,
  request: ChunkRequest,
  options: PullOptions,
): Promise<MovingChunk[] | Frame> {
  const { bus } = road;
  const answer = await bus.request(holder, writeRequest(bus, request), options);
  if (bus.carries === "reference") {
    const { chunks, bytes } = answer.payload as { chunks?: MovingChunk[]; bytes?: Uint8Array };
    if (chunks === undefined) throw cannotGive(holder, (bytes as Uint8Array).subarray(MARK_BYTES));
    return chunks;
  }
  const frame = frameOf(answer.payload);
  const body = frame.bytes.subarray(MARK_BYTES);
  if (frame.bytes[0] === MARK.refused) throw cannotGive(holder, body);
  if (frame.bytes[0] === MARK.whole) return { ...frame, bytes: body };
  if (frame.bytes[0] === MARK.packed) return { bytes: await readPacked(frame.bytes, partBytes(bus)) };
  const transfer = JSON.parse(Buffer.from(body).toString()) as Transfer;
  return { bytes: await pullParts(road, holder, transfer, options) };
}

const weightOf = (arrived: MovingChunk[] | Frame): number =>
  Array.isArray(arrived)
    ? arrived.reduce((sum, { bytes }) => sum + Math.max(0, bytes), 0)
    : [arrived.bytes, ...(arrived.shared ?? [])].reduce((sum, { byteLength }) => sum + byteLength, 0);

/** The chunks of a transfer that was offered. @throws ShoalError as {@link pullParts} does, and what reading a value throws */
export async function pullChunks(
  road: ChunkRoad,
  holder: string,
  transfer: Transfer,
  options: PullOptions,
): Promise<MovingChunk[]> {
  const pull = async (): Promise<Frame> => ({ bytes: await pullParts(road, holder, transfer, options) });
  const frame = await timed(road.meter, "fetch", "transfer", pull, weightOf);
  return timed(road.meter, "fetch", "decode", () => decodeChunks(frame));
}

/** Pulls a transfer: straight from its holder's memory, in parts through a window of the host, or over the bus, whichever of them there is. @throws ShoalError LOST_DATA, or of the bus */
export async function pullParts(
  road: ChunkRoad,
  holder: string,
  transfer: Transfer,
  options: PullOptions,
): Promise<Uint8Array> {
  const pull = { road, holder, transfer, options, place: new Landing(transfer) };
  const window = transfer.window === undefined ? undefined : road.windows?.look(transfer.window);
  try {
    if (window !== undefined && (await window.readAll(pull.place.whole))) await checkHeld(pull);
    else if (window === undefined || !(await pullThrough(window, pull))) await pullOver(pull);
  } finally {
    window?.close();
    sayDone(road.bus, holder, transfer.transfer);
  }
  return pull.place.whole;
}

interface Pull {
  readonly road: ChunkRoad;
  readonly holder: string;
  readonly transfer: Transfer;
  readonly options: PullOptions;
  readonly place: Landing;
}

/** Memory for what comes, taken when the first of it is there: taking much of it needs milliseconds in which others can work. */
class Landing {
  readonly bytes: number;
  private memory: Uint8Array | undefined;

  constructor({ pieces }: Transfer) {
    this.bytes = pieces.reduce((sum, piece) => sum + piece, 0);
  }

  get whole(): Uint8Array {
    if (this.memory === undefined) {
      this.memory = new Uint8Array(this.bytes);
      if (this.bytes >= HUGE_BYTES_MIN) askForHugePages(this.memory.buffer);
    }
    return this.memory;
  }
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What was read is what was offered only if the holder kept it meanwhile: another's memory may change hands unseen. */
async function checkHeld({ road: { bus }, holder, transfer: { transfer }, options }: Pull): Promise<void> {
  const { bytes } = frameOf(
    (await bus.request(holder, writeRequest(bus, { type: "held", transfer }), options)).payload,
  );
  if (bytes[0] !== MARK.held) throw notThere(holder, transfer);
}

/** Parts do not go beyond a piece, so that nothing is copied to be sent. */
async function pullOver({ road: { bus }, holder, transfer, options, place }: Pull): Promise<void> {
  await inTurns(stretches(transfer.pieces, partBytes(bus)), PARTS_OPEN_MAX, async ({ from, to }) => {
    const request = { type: "part", transfer: transfer.transfer, from, to, unpacks: CODEC_NAMES } as const;
    const { bytes: answer } = frameOf((await bus.request(holder, writeRequest(bus, request), options)).payload);
    const isPacked = answer.byteLength !== to - from && answer[0] === MARK.packed;
    const bytes = isPacked ? await readPacked(answer, to - from) : answer;
    if (bytes.byteLength !== to - from) throw notThere(holder, transfer.transfer);
    place.whole.set(bytes, from);
  });
}

/** False if the window cannot take the parts: the host's memory may be full. */
async function pullThrough(
  window: InWindow,
  { road: { bus }, holder, transfer, options, place }: Pull,
): Promise<boolean> {
  let isTaken = true;
  await inTurns(stretches([place.bytes], WINDOW_PART_BYTES), WINDOW_PARTS_MAX, async ({ from, to }, slot) => {
    if (!isTaken) return;
    const at = slot * WINDOW_PART_BYTES;
    const request = { type: "part", transfer: transfer.transfer, from, to, at } as const;
    const { bytes } = frameOf((await bus.request(holder, writeRequest(bus, request), options)).payload);
    if (bytes.byteLength === 0) throw notThere(holder, transfer.transfer);
    if (bytes[0] !== MARK.inWindow) isTaken = false;
    else await window.read(place.whole.subarray(from, to), at);
  });
  return isTaken;
}

function stretches(pieces: readonly number[], size: number): Stretch[] {
  const found: Stretch[] = [];
  let start = 0;
  for (const bytes of pieces) {
    const end = start + bytes;
    for (let from = start; from < end; from += size) found.push({ from, to: Math.min(end, from + size) });
    start = end;
  }
  return found;
}

/** Does what is to be done with each item, so many at a time, each in a lane of its own. */
async function inTurns<T>(
  items: readonly T[],
  lanes: number,
  work: (item: T, lane: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (number: number): Promise<void> => {
    while (next < items.length) await work(items[next++] as T, number);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, (_, number) => lane(number)));
}

/** The source need not keep it any longer; if this is lost, its lease runs out. */
function sayDone(bus: Bus, holder: string, transfer: number): void {
  try {
    bus.publish(holder, writeRequest(bus, { type: "done", transfer }));
  } catch {
    // The bus is closing.
  }
}

const frameOf = (payload: unknown): Frame => (payload instanceof Uint8Array ? { bytes: payload } : (payload as Frame));

const notThere = (holder: string, transfer: number): ShoalError =>
  cannotGive(holder, Buffer.from(`transfer ${transfer} is not there any more`));

const cannotGive = (holder: string, reason: Uint8Array): ShoalError =>
  new ShoalError(`${holder} cannot give its chunks: ${Buffer.from(reason).toString()}`, {
    code: "LOST_DATA",
    retryable: true,
  });
