import type { ActorPayload } from "../runtime/actor/actor-frame.ts";
import type { Frame } from "../runtime/bus/bus.ts";
import { actorCodec } from "../runtime/protocol/actor-codec.ts";
import type { ComputeBatch, FinishedMessage } from "../runtime/protocol/scheduler-worker.ts";
import { decodeValue, encodeValue } from "../runtime/wire/value.ts";
import { type BenchCase, timed } from "./bench-case.ts";

/** Messages and values to bytes and back. */

const frame = (message: unknown): ActorPayload => ({
  kind: "frame",
  from: "shoal.bench.scheduler",
  session: "0123456789",
  sequence: 7,
  term: 0,
  messages: [message],
});

function batch(tasks: number): ComputeBatch {
  const column = (): Uint32Array => Uint32Array.from({ length: tasks }, (_, i) => i);
  return {
    layer: 1,
    rows: column(),
    attempts: Float64Array.from(column()),
    indices: column(),
    priorities: Float64Array.from(column()),
    wanted: new Uint8Array(tasks).fill(1),
    callOf: new Uint32Array(0),
    inputOffsets: new Uint32Array(tasks + 1),
    inputs: new Uint32Array(0),
    inputAttempts: new Float64Array(0),
    inputHolders: new Uint16Array(0),
    ownOffsets: Uint32Array.from({ length: tasks + 1 }, (_, i) => i),
    own: { kind: "numbers", data: new Float64Array(tasks) },
  };
}

const finished = (tasks: number): FinishedMessage => ({
  type: "finished",
  rows: Uint32Array.from({ length: tasks }, (_, i) => i),
  attempts: new Float64Array(tasks),
  bytes: new Float64Array(tasks),
  durationsUs: new Float64Array(tasks),
  located: new Uint32Array(0),
  resultOf: Uint32Array.from({ length: tasks }, (_, i) => i),
  results: { kind: "numbers", data: new Float64Array(tasks) },
});

const FRAMES = 2000;

/** A frame there and back, many times; a unit is a frame. */
function frameCase(name: string, tasks: number, message: unknown): BenchCase {
  const payload = frame(message);
  const once = timed(`codec/${name}`, FRAMES, () => () => {
    for (let i = 0; i < FRAMES; i++) {
      const bytes = actorCodec.encode(payload);
      actorCodec.decode(bytes);
    }
  });
  const size = ((bytes: Uint8Array | Frame) => (bytes instanceof Uint8Array ? bytes : bytes.bytes).byteLength)(
    actorCodec.encode(payload),
  );
  return {
    ...once,
    params: { n: FRAMES, tasks },
    run: async () => ({ ...(await once.run()), more: { frameBytes: size } }),
  };
}

const valueCase = (name: string, n: number, value: unknown): BenchCase =>
  timed(`codec/value-${name}`, n, () => () => {
    for (let i = 0; i < n; i++) decodeValue(encodeValue(value, { shareMemory: false }));
  });

const record = { id: 7, name: "shoal", tags: ["a", "b"], at: { x: 1.5, y: -2 } };

export const cases: readonly BenchCase[] = [
  ...[1, 64, 4096].map((tasks) =>
    frameCase("compute", tasks, { type: "compute", holders: [], batches: [batch(tasks)] }),
  ),
  ...[1, 64, 4096].map((tasks) => frameCase("finished", tasks, finished(tasks))),
  valueCase("number", 100_000, 1.5),
  valueCase("record", 50_000, record),
  valueCase("map", 20_000, new Map([["a", new Set([1, 2])]])),
  valueCase("megabyte", 200, new Float64Array(125_000)),
];
