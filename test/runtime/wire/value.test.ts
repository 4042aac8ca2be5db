import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { ShoalError, TaskError, TimeoutError } from "../../../runtime/base/errors.ts";
import { registerValue } from "../../../runtime/base/value-type.ts";
import { errorFromWire, errorToWire } from "../../../runtime/wire/error-wire.ts";
import {
  decodeValue,
  decodeValueSoon,
  encodeValue,
  encodeValueSoon,
  flattenValue,
  unflattenValue,
} from "../../../runtime/wire/value.ts";

/** The whole way: bytes at an odd address on arrival every other time. */
let odd = false;
function trip<T>(value: T, shareMemory = false): T {
  const flat = flattenValue(encodeValue(value, { shareMemory }));
  odd = !odd;
  const moved = odd ? Buffer.concat([Buffer.from([0]), flat]).subarray(1) : flat;
  return decodeValue(unflattenValue(moved)) as T;
}
const direct = <T>(value: T, shareMemory: boolean): T => decodeValue(encodeValue(value, { shareMemory })) as T;

class Point {
  x: number;
  next: unknown;
  constructor(x: number, next: unknown = null) {
    this.x = x;
    this.next = next;
  }
}
registerValue<Point>({
  name: "test.Point",
  class: Point,
  encode: (p) => ({ x: p.x, next: p.next }),
  decode: (plain) => new Point((plain as Point).x, (plain as Point).next),
});

const samples: readonly (readonly [string, unknown])[] = [
  ["undefined", undefined],
  ["null", null],
  ["minus zero", -0],
  ["NaN", Number.NaN],
  ["infinity", [Number.NEGATIVE_INFINITY]],
  ["text", "x".repeat(1000)],
  ["lone surrogate", "a\ud800"],
  ["lone surrogate inside", ["a\udc00", "b"]],
  ["bigint", 2n ** 63n],
  ["negative big bigint", [-(2n ** 200n), 5n]],
  ["rows", [{ a: 1, b: "x", c: null, d: undefined }, { a: 2 }]],
  ["many numbers", Array.from({ length: 100 }, (_, i) => (i === 3 ? -0 : i === 4 ? Number.NaN : i / 3))],
  ["keys that need care", JSON.parse('{"__proto__": 1, "\\u0000": {"\\u0000__proto__": [-0.0]}, "constructor": 2}')],
  ["a wire special as data", { "\0": [9, 1] }],
  ["sparse array", Object.assign(new Array(5), { 2: "x" })],
  ["array with a name", Object.assign(["a", "b"], { index: 3 })],
  ["regexp match", /b(?<name>c)/.exec("abc")],
  ["null prototype", Object.assign(Object.create(null), { a: [-0] })],
  ["dates", [new Date(5), new Date(-8.64e15)]],
  ["regexp", Object.assign(/a+/giu, { lastIndex: 2 })],
  [
    "map",
    new Map<unknown, unknown>([
      [{ a: 1 }, new Set([1, "x"])],
      [1, [2, 3]],
    ]),
  ],
  ["boxed", [Object(1), Object("s"), Object(false), Object(3n)]],
  ["url", new URL("https://a.b/c?d#e")],
  [
    "views",
    [new Float32Array([1.5]), new BigInt64Array([-1n]), new Uint8ClampedArray([9]), new DataView(new ArrayBuffer(5))],
  ],
  ["Buffer", { b: Buffer.from("hello") }],
  ["one Buffer", Buffer.from("hello")],
  ["one view", new Float64Array([1, 2]).subarray(1)],
  ["empty view", new Int16Array(0)],
  ["buffer", new Uint8Array([1, 2, 3]).buffer],
  ["registered", [new Point(1, new Point(2)), { p: new Point(-0) }]],
];

for (const [name, value] of samples)
  test(`value: ${name} comes back the same`, () => {
    const back = trip(value);
    assert.deepStrictEqual(back, value);
    assert.deepStrictEqual(direct(value, true), value);
    assert.equal(Object.prototype.toString.call(back), Object.prototype.toString.call(value));
  });

test("value: any data comes back the same", () => {
  const any = fc.anything({
    values: [fc.date({ noInvalidDate: true }), fc.anything()],
    withBigInt: true,
    withBoxedValues: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  });
  fc.assert(
    fc.property(any, (value) => {
      assert.deepStrictEqual(trip(value), value);
    }),
    { numRuns: 1000 },
  );
});

test("value: an invalid date stays one", () => assert.ok(Number.isNaN(trip(new Date(Number.NaN)).getTime())));

test("value: shared references stay shared and cycles close", () => {
  const shared = { n: 1 };
  const map = new Map<unknown, unknown>();
  const value: any = { a: shared, b: [shared], map, set: new Set([map]), error: new Error("e") };
  value.self = value;
  map.set("value", value);
  value.error.cause = value;
  const back = trip(value);
  assert.equal(back.self, back);
  assert.equal(back.a, back.b[0]);
  assert.equal(back.map.get("value"), back);
  assert.ok(back.set.has(back.map));
  assert.equal(back.error.cause, back);
  const point = new Point(1);
  const two = trip([point, point]);
  assert.equal(two[0], two[1]);
});

test("value: views of one buffer share one buffer again, and only the part in use travels", () => {
  const memory = new ArrayBuffer(1 << 20);
  const value = { a: new Float64Array(memory, 800, 4), b: new Uint8Array(memory, 800, 8) };
  value.a.set([1, 2, 3, 4]);
  assert.ok(flattenValue(encodeValue(value, { shareMemory: false })).byteLength < 400);
  const back = trip(value);
  back.a[0] = 7;
  assert.deepEqual(back.b, new Uint8Array(new Float64Array([7]).buffer));
});

test("value: a view and its buffer stay one memory", () => {
  const view = new Uint16Array([1, 2, 3]);
  const back = trip({ view, buffer: view.buffer });
  assert.equal(back.view.buffer, back.buffer);
  assert.equal(back.buffer.byteLength, 6);
});

test("value: a small Buffer does not take Node's pool along", () => {
  const secret = Buffer.from("between the two");
  const value = [Buffer.from("a"), Buffer.from("b")];
  const flat = Buffer.from(flattenValue(encodeValue(value, { shareMemory: false })));
  assert.ok(secret.length > 0 && !flat.includes("between"));
  assert.deepEqual(trip(value), value);
});

test("value: encoding ordinary memory copies nothing, decoding aligned bytes neither", () => {
  const value = { data: new Float64Array([1, 2, 3]) };
  const encoded = encodeValue(value, { shareMemory: false });
  assert.equal(encoded.buffers[0]?.buffer, value.data.buffer);
  const flat = flattenValue(encoded);
  assert.equal((decodeValue(unflattenValue(flat)) as typeof value).data.buffer, flat.buffer);
});

test("value: shared memory goes by reference where the carrier shares it, else as a copy", () => {
  const memory = new SharedArrayBuffer(16);
  const value = { memory, view: new Int32Array(memory) };
  const byReference = direct(value, true);
  assert.equal(byReference.memory, memory);
  assert.equal(byReference.view.buffer, memory);
  const copied = trip(value);
  assert.ok(copied.memory instanceof SharedArrayBuffer && copied.memory !== memory);
  assert.equal(copied.view.buffer, copied.memory);
  const viewOnly = trip(new Int32Array(memory));
  assert.ok(viewOnly.buffer instanceof ArrayBuffer);
});

test("value: what cannot travel is refused, naming where, what and the way out", () => {
  class Secret {}
  const refused = (value: unknown, pattern: RegExp): void =>
    assert.throws(
      () => encodeValue(value, { shareMemory: false }),
      (error: Error) => error instanceof TypeError && pattern.test(error.message),
      String(pattern),
    );
  refused(
    { rows: [1, { who: new Secret() }] },
    /value's \.rows\[1\]\.who is an instance of Secret.*registerValue\(\{ name/,
  );
  refused(Symbol("s"), /symbol Symbol\(s\)/);
  refused({ f: function twice() {} }, /\.f is the function twice/);
  refused([Promise.resolve(1)], /\[0\] is a Promise.*await it/);
  refused(new WeakMap(), /WeakMap/);
  refused(new (class extends Map {})(), /not registered/);
  const loop = new Point(1);
  loop.next = [loop];
  refused(loop, /leads back to the Point/);
  let deep: unknown = 1;
  for (let i = 0; i < 251; i++) deep = [deep];
  refused(deep, /nested deeper than 250/);
});

test("value: nesting up to the limit travels, also of special values", () => {
  let deep: unknown = -0;
  for (let i = 0; i < 245; i++) deep = i % 2 === 0 ? new Map([[1, deep]]) : { deep };
  assert.deepEqual(trip(deep), deep);
});

test("value: plain objects of another realm count as plain", () => {
  assert.deepEqual(trip(runInNewContext("({ a: [1, { b: 2 }] })")), { a: [1, { b: 2 }] });
});

test("value: specs of functions that travel lose the live function", () => {
  const spec = { kind: "named", name: "f", module: "m", exportName: "f", live: () => 1 };
  assert.deepEqual(trip([spec]), [{ kind: "named", name: "f", module: "m", exportName: "f" }]);
});

test("value: one name belongs to one class", () => {
  class Other {}
  const encode = () => 1;
  const decode = () => new Other();
  assert.throws(
    () => registerValue({ name: "test.Point", class: Other, encode, decode }),
    (error) => error instanceof ShoalError && error.code === "NAME_TAKEN",
  );
});

test("value: a class that is not registered where it arrives names its module, and Soon imports it", async () => {
  class Late {}
  const type = {
    name: "test.Late",
    class: Late,
    encode: () => [1],
    decode: () => new Late(),
    module: "file:///late.js",
  };
  registerValue<Late>(type);
  const head = Buffer.from(encodeValue(new Late(), { shareMemory: false }).head);
  const renamed = {
    head: Buffer.from(head.toString("latin1").replace("test.Late", "test.Lato"), "latin1"),
    buffers: [],
  };
  assert.throws(() => decodeValue(renamed), { code: "MISSING_MODULE" });
  class Lato {}
  const imported: string[] = [];
  const value = await decodeValueSoon(renamed, async (module) => {
    imported.push(module);
    registerValue<Lato>({ ...type, name: "test.Lato", class: Lato, decode: () => new Lato() });
  });
  assert.ok(value instanceof Lato);
  assert.deepEqual(imported, ["file:///late.js"]);
  const unhelpful = {
    ...renamed,
    head: Buffer.from(head.toString("latin1").replace("test.Late", "test.Latu"), "latin1"),
  };
  await assert.rejects(async () => decodeValueSoon(unhelpful, async () => {}), { code: "MISSING_MODULE" });
});

test("value: Arrow tables travel; the library is loaded when first needed", async () => {
  const table = arrow.tableFromArrays({ x: new Float64Array([1, 2.5]), y: ["a", "b"] });
  const encoded = await encodeValueSoon({ table }, { shareMemory: false });
  const back = (await decodeValueSoon(unflattenValue(flattenValue(encoded)), async () => {})) as { table: arrow.Table };
  assert.ok(back.table instanceof arrow.Table);
  assert.deepEqual(back.table.toArray().map(String), table.toArray().map(String));
  assert.deepEqual(back.table.schema.fields.map(String), table.schema.fields.map(String));
});

test("value: changed bytes give a value or DECODE, never another error", () => {
  const flat = flattenValue(
    encodeValue(
      {
        a: new Float64Array(4),
        m: new Map([[1, new Set([-0])]]),
        e: new RangeError("x"),
        p: new Point(1),
        r: /a/g,
        n: 2n ** 80n,
        d: new Date(1),
      },
      { shareMemory: false },
    ),
  );
  const change = fc.tuple(fc.nat(flat.length - 1), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const bytes = flat.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      try {
        decodeValue(unflattenValue(bytes));
      } catch (error) {
        assert.ok(
          error instanceof ShoalError && (error.code === "DECODE" || error.code === "MISSING_MODULE"),
          String(error),
        );
      }
    }),
    { numRuns: 5000 },
  );
});

test("value: a view cannot be made to reach beyond its own bytes", () => {
  const encoded = encodeValue([new Uint8Array([1, 2, 3, 4])], { shareMemory: false });
  const memory = new Uint8Array(64).fill(7);
  memory.set(encoded.buffers[0] as Uint8Array, 8);
  const short = { head: encoded.head, buffers: [memory.subarray(8, 10)] };
  assert.throws(() => decodeValue(short), { code: "DECODE" });
});

test("error: class, text, stack, own fields, cause and errors come back", () => {
  const cause = Object.assign(new TypeError("inner"), { code: "E1" });
  const error = Object.assign(new RangeError("outer", { cause }), {
    code: "E2",
    detail: { at: new Date(1) },
    socket: () => 1,
  });
  const back = errorFromWire(errorToWire(error)) as RangeError & Record<string, any>;
  assert.ok(back instanceof RangeError);
  assert.equal(back.message, "outer");
  assert.equal(back.stack, error.stack);
  assert.equal(back.code, "E2");
  assert.deepEqual(back.detail, { at: new Date(1) });
  assert.equal(back.socket, "[function]");
  assert.ok(back.cause instanceof TypeError && "code" in back.cause && back.cause.code === "E1");
  assert.deepEqual(Object.keys(back), ["code", "detail", "socket"]);
  const many = errorFromWire(errorToWire(new AggregateError([cause, 5], "many"))) as AggregateError;
  assert.ok(many instanceof AggregateError && many.errors[0] instanceof TypeError && many.errors[1] === 5);
});

test("error: Shoal's own classes come back as themselves", () => {
  const task = new TaskError("failed", { key: "k", worker: "w" }, new SyntaxError("bad"));
  const back = errorFromWire(errorToWire(task)) as TaskError;
  assert.ok(back instanceof TaskError && back.cause instanceof SyntaxError);
  assert.equal(back.code, "TASK_FAILED");
  assert.equal(back.retryable, false);
  assert.deepEqual(back.details, { key: "k", worker: "w" });
  const timeout = errorFromWire(errorToWire(new TimeoutError("late"))) as TimeoutError;
  assert.ok(timeout instanceof TimeoutError && timeout.retryable);
  assert.equal(timeout.name, "TimeoutError");
});

test("error: classes of the user's come back as the nearest built-in class, with their name", () => {
  class HttpError extends TypeError {
    status = 404;
    override name = "HttpError";
  }
  const back = errorFromWire(errorToWire(new HttpError("gone"))) as TypeError & Record<string, any>;
  assert.ok(back instanceof TypeError);
  assert.equal(back.name, "HttpError");
  assert.equal(back.status, 404);
  const abort = errorFromWire(errorToWire(AbortSignal.abort().reason)) as DOMException;
  assert.ok(abort instanceof DOMException && abort.name === "AbortError");
});

test("error: whatever is thrown is told, also what cannot travel", () => {
  assert.equal(errorFromWire(errorToWire("text")), "text");
  assert.deepEqual(errorFromWire(errorToWire({ code: 7 })), { code: 7 });
  assert.match((errorFromWire(errorToWire(() => 1)) as Error).message, /thrown that cannot travel: \(\) ?=> ?1/);
  const cyclic = new Error("c");
  cyclic.cause = cyclic;
  const back = errorFromWire(errorToWire(cyclic)) as Error;
  assert.equal(back.cause, back);
});
