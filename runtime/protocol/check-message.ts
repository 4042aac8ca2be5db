import { ShoalError } from "../base/errors.ts";

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number";
const isList: Check = (value) => Array.isArray(value);
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isRecord: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isU8: Check = (value) => value instanceof Uint8Array;
const isU16: Check = (value) => value instanceof Uint16Array;
const isU32: Check = (value) => value instanceof Uint32Array;
const isF64: Check = (value) => value instanceof Float64Array;
const orNothing =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null || check(value);

/** Fields of each message; columns named in one group have one length. */
interface MessageShape {
  readonly fields: Readonly<Record<string, Check>>;
  readonly sameLength?: readonly string[];
}

const isValues: Check = (value) => {
  const { kind, data, items, bytes, offsets } = (value ?? {}) as Record<string, unknown>;
  if (kind === "numbers") return isF64(data);
  if (kind === "live") return isList(items);
  return (
    kind === "encoded" &&
    isU8(bytes) &&
    isU32(offsets) &&
    areOffsets(offsets as Uint32Array, (bytes as Uint8Array).length)
  );
};

/** Offsets grow from 0 and stay within what they cut. */
function areOffsets(offsets: Uint32Array, end: number): boolean {
  if (offsets.length > 0 && offsets[0] !== 0) return false;
  for (let i = 1; i < offsets.length; i++) if ((offsets[i] as number) < (offsets[i - 1] as number)) return false;
  return offsets.length === 0 || (offsets[offsets.length - 1] as number) <= end;
}

const isActivity: Check = (value) => {
  const { context, activity, kind, span, seconds, bytes, count } = (value ?? {}) as Record<string, unknown>;
  return [context, activity, kind, span].every(isText) && [seconds, bytes, count].every(isNumber);
};

const batch: MessageShape = {
  fields: {
    layer: isNumber,
    rows: isU32,
    attempts: isF64,
    indices: isU32,
    priorities: isF64,
    wanted: isU8,
    callOf: isU32,
    inputOffsets: isU32,
    inputs: isU32,
    inputAttempts: isF64,
    inputHolders: isU16,
    ownOffsets: isU32,
    own: isValues,
  },
  sameLength: ["rows", "attempts", "indices", "priorities", "wanted"],
};

const isBatch: Check = (value) => {
  if (!isRecord(value) || problemOf(value as Record<string, unknown>, batch) !== undefined) return false;
  const { rows, inputOffsets, inputs, inputAttempts, inputHolders } = value as Record<string, Uint32Array>;
  const n = (rows as Uint32Array).length;
  const edges = (inputs as Uint32Array).length;
  return (
    (inputOffsets as Uint32Array).length === n + 1 &&
    areOffsets(inputOffsets as Uint32Array, edges) &&
    (inputAttempts as Uint32Array).length === edges &&
    (inputHolders as Uint32Array).length === edges
  );
};

const shapes: Readonly<Record<string, MessageShape>> = {
  welcome: { fields: { epoch: isNumber, incarnation: isNumber, join: isNumber } },
  resync: { fields: {} },
  beat: { fields: {} },
  layers: { fields: { layers: isList } },
  compute: { fields: { holders: isTexts, batches: (value) => Array.isArray(value) && value.every(isBatch) } },
  free: { fields: { rows: isU32, attempts: isF64 }, sameLength: ["rows", "attempts"] },
  adopt: {
    fields: { rows: isU32, attempts: isF64, since: isF64, tickets: isTexts },
    sameLength: ["rows", "attempts", "since", "tickets"],
  },
  acquire: { fields: { rows: isU32, attempts: isF64, holders: isTexts }, sameLength: ["rows", "attempts", "holders"] },
  giveBack: { fields: {} },
  stay: { fields: {} },
  verify: { fields: { rows: isU32, attempts: isF64 }, sameLength: ["rows", "attempts"] },
  forgetLayers: { fields: { ids: isU32 } },
  gone: { fields: { workers: isTexts } },
  renewed: { fields: { workers: isTexts } },
  hint: {
    fields: { victims: isTexts, most: isU32, meansUs: isF64, bytesPerUs: isNumber, resources: isRecord },
    sameLength: ["victims", "most", "meansUs"],
  },
  void: { fields: { rows: isU32, attempts: isF64 }, sameLength: ["rows", "attempts"] },
  slots: { fields: { rows: isU32, attempts: isF64, takes: isU8 }, sameLength: ["rows", "attempts", "takes"] },
  notes: {
    fields: { rows: isU32, attempts: isF64, progress: isF64, lines: isTexts },
    sameLength: ["rows", "attempts", "progress", "lines"],
  },
  relinquish: {
    fields: { thief: isText, incarnation: isNumber, rows: isU32, attempts: isF64 },
    sameLength: ["rows", "attempts"],
  },
  refused: { fields: { reason: isText } },
  shutdown: { fields: { reason: isText } },
  join: {
    fields: {
      join: isNumber,
      worker: isText,
      incarnation: isNumber,
      slots: isNumber,
      resources: isRecord,
      version: isText,
      pid: isNumber,
      host: isText,
    },
  },
  inventory: {
    fields: {
      epoch: isNumber,
      rows: isU32,
      attempts: isF64,
      since: isF64,
      states: isU8,
      bytes: isF64,
      located: isU32,
      handles: isU32,
      layers: isU32,
      layersSince: isF64,
    },
    sameLength: ["rows", "attempts", "since", "states", "bytes"],
  },
  finished: {
    fields: {
      rows: isU32,
      attempts: isF64,
      bytes: isF64,
      durationsUs: isF64,
      located: isU32,
      resultOf: isU32,
      results: isValues,
    },
    sameLength: ["rows", "attempts", "bytes", "durationsUs"],
  },
  failed: { fields: { rows: isU32, attempts: isF64, errors: isList }, sameLength: ["rows", "attempts", "errors"] },
  missing: {
    fields: { rows: isU32, attempts: isF64, inputs: isU32, inputAttempts: isF64, holders: isTexts },
    sameLength: ["rows", "attempts", "inputs", "inputAttempts", "holders"],
  },
  holds: { fields: { rows: isU32, attempts: isF64 }, sameLength: ["rows", "attempts"] },
  heartbeat: {
    fields: {
      managedBytes: isNumber,
      spilledBytes: isNumber,
      rssBytes: isNumber,
      pressure: isText,
      executing: isNumber,
      queued: isNumber,
      parked: isNumber,
      activities: orNothing((value) => Array.isArray(value) && value.every(isActivity)),
    },
  },
  leaving: { fields: { reason: isText } },
  hello: { fields: { hello: isNumber, version: isText, share: orNothing(isRecord) } },
  submit: { fields: { request: isNumber, layers: isList, wants: isList, priority: isNumber, retries: isNumber } },
  release: { fields: { handles: isU32 } },
  resume: { fields: { handles: isU32 } },
  scattered: {
    fields: { request: isNumber, handles: isU32, keys: isTexts, bytes: isF64, workers: isTexts },
    sameLength: ["handles", "keys", "bytes", "workers"],
  },
  retry: { fields: { handles: isU32 } },
  cancel: { fields: { handles: isU32, reason: isText } },
  clientHeartbeat: { fields: {} },
  goodbye: { fields: {} },
  clientWelcome: { fields: { hello: isNumber, epoch: isNumber, version: isText, workers: isList } },
  workers: { fields: { workers: isList } },
  accepted: { fields: { request: isNumber, tasks: isNumber } },
  declined: { fields: { request: isNumber, error: orNothing(() => true) } },
  inMemory: {
    fields: {
      handles: isU32,
      rows: isU32,
      attempts: isF64,
      bytes: isF64,
      holders: isTexts,
      holderOf: isU16,
      resultOf: isU32,
      results: isValues,
    },
    sameLength: ["handles", "rows", "attempts", "bytes", "holderOf"],
  },
  erred: { fields: { handles: isU32, errors: isList, errorOf: isU32 }, sameLength: ["handles", "errorOf"] },
  lost: { fields: { handles: isU32 } },
};

/**
 * Checks a message of the scheduler's links that came in bytes; messages of other kinds are their reader's business.
 * @throws ShoalError DECODE naming the message and the field
 */
export function checkMessage(message: unknown): void {
  const type = (message as { type?: unknown } | null)?.type;
  const shape = typeof type === "string" && Object.hasOwn(shapes, type) ? shapes[type] : undefined;
  if (shape === undefined) return;
  const problem = problemOf(message as Record<string, unknown>, shape);
  if (problem !== undefined)
    throw new ShoalError(`Message ${String(type)} is malformed: ${problem}`, { code: "DECODE" });
}

function problemOf(message: Record<string, unknown>, { fields, sameLength }: MessageShape): string | undefined {
  for (const [name, check] of Object.entries(fields))
    if (!check(message[name])) return `field ${name} is not what it should be`;
  if (sameLength === undefined) return undefined;
  const lengths = sameLength.map((name) => (message[name] as ArrayLike<unknown>).length);
  return lengths.every((one) => one === lengths[0]) ? undefined : `columns ${sameLength.join(", ")} differ in length`;
}
