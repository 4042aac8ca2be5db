import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Packr } from "msgpackr";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { decodeMessage, encodeMessage } from "../../../runtime/wire/codec.ts";
import { TREE_DEPTH_MAX } from "../../../runtime/wire/plain-tree.ts";
import { defineMessage, type MessageOf, optional, tree } from "../../../runtime/wire/schema.ts";
import { joinSections } from "../../../runtime/wire/sections.ts";

const full = defineMessage(3, "full", {
  count: "u32",
  time: "f64",
  key: "text",
  last: "flag",
  body: "bytes",
  kinds: "u8column",
  ports: "u16column",
  rows: "u32column",
  sizes: "f64column",
  names: "texts",
  detail: tree(),
  note: optional("text"),
  more: optional(tree<null | { a: number }>()),
});
const ping = defineMessage(4, "ping", { at: "f64" });
const talk = defineMessage(5, "talk", { from: "text", at: "f64", said: tree() });
const schemas = [full, ping];
type Full = MessageOf<typeof full>;

const sample: Full = {
  type: "full",
  count: 4294967295,
  time: -0,
  key: "käy-☃",
  last: true,
  body: new Uint8Array([1, 2, 3]),
  kinds: new Uint8Array([9]),
  ports: new Uint16Array([65535, 1]),
  rows: new Uint32Array([1, 2, 3]),
  sizes: new Float64Array([0.5, Number.NaN, -0]),
  names: ["a", ""],
  detail: {
    list: [1, -0, 2n ** 100n, -5n, undefined, null, "\ud800"],
    view: new Float32Array([1.5]),
    "\0x": { "": 1 },
  },
};

const refused = (bytes: Uint8Array): void => {
  assert.throws(
    () => decodeMessage(schemas, bytes),
    (error) => error instanceof ShoalError && error.code === "DECODE",
  );
};
const withHead = (head: unknown, sections: Uint8Array[] = []): Uint8Array =>
  joinSections(head instanceof Uint8Array ? head : new Packr({ useRecords: false }).pack(head), sections);

test("codec: a message of every kind comes back the same", () => {
  assert.deepEqual(decodeMessage(schemas, encodeMessage(full, sample)), sample);
  const more = { ...sample, note: "n", more: null };
  assert.deepEqual(decodeMessage(schemas, encodeMessage(full, more)), more);
});

test("codec: columns arrive as aligned views on the received bytes, also at an odd offset", () => {
  const bytes = encodeMessage(full, sample);
  const aligned = decodeMessage(schemas, bytes) as Full;
  assert.equal(aligned.sizes.buffer, bytes.buffer);
  assert.equal(aligned.rows.buffer, bytes.buffer);
  const odd = new Uint8Array(bytes.length + 3).subarray(3);
  odd.set(bytes);
  assert.deepEqual(decodeMessage(schemas, odd), sample);
  // What is large stays where it is, small messages are copied as one.
  const large = { ...sample, body: new Uint8Array(20_000).fill(7) };
  const oddLarge = new Uint8Array(encodeMessage(full, large).length + 3).subarray(3);
  oddLarge.set(encodeMessage(full, large));
  assert.deepEqual(decodeMessage(schemas, oddLarge), large);
  assert.equal((decodeMessage(schemas, oddLarge) as Full).body.buffer, oddLarge.buffer);
});

test("codec: encoding does not change the caller's tree", () => {
  const detail = Object.freeze({ list: Object.freeze([1, -0, new Uint8Array(2)]) });
  encodeMessage(full, { ...sample, detail });
  assert.ok(Object.is(detail.list[1], -0));
});

test("codec: trees of any content come back the same", () => {
  const leaf = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.bigInt(),
    fc.string({ unit: "binary" }),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.constant("\udfff"),
    fc.float64Array(),
    fc.uint8Array(),
    fc.int16Array(),
  );
  const key = fc.oneof(fc.string(), fc.constantFrom("\0", "\0\0", "\0__proto__", "__proto__", "constructor", "0"));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie("value")),
      fc.dictionary(key, tie("value"), { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(value, fc.boolean(), (detail, odd) => {
      const bytes = encodeMessage(full, { ...sample, detail: detail as never });
      const moved = odd ? Buffer.concat([Buffer.from([0]), bytes]).subarray(1) : bytes;
      const back = decodeMessage(schemas, moved) as Full;
      assert.deepEqual(back.detail, detail);
      const again = encodeMessage(talk, { type: "talk", from: "w", at: 1, said: detail });
      for (let i = 0; i < 3; i++) assert.deepEqual(decodeMessage([talk], again).said, detail);
    }),
    { numRuns: 300 },
  );
});

test("codec: messages whose trees come in the same bytes differ in their columns and fields, and share nothing", () => {
  const said = (n: number) => ({
    type: "done",
    rows: Uint32Array.of(n, n + 1),
    none: null,
    list: [{ sizes: Float64Array.of(n) }, 7],
  });
  const decoded = [1, 2, 3, 4, 5].map((n) => {
    const message = { type: "talk" as const, from: `w${n}`, at: n, said: said(n) };
    assert.deepEqual(decodeMessage([talk], encodeMessage(talk, message)), message);
    return decodeMessage([talk], encodeMessage(talk, message));
  });
  assert.deepEqual(
    decoded.map((one) => one.said),
    [1, 2, 3, 4, 5].map(said),
  );
  const [a, b] = decoded.slice(-2) as unknown as [{ said: unknown }, { said: unknown }];
  (a.said as { list: unknown[] }).list.push("more");
  assert.deepEqual(b.said, said(5));
});

test("codec: a tree that came before is refused where its columns are missing or of another size", () => {
  const pack = (said: unknown): Uint8Array => new Packr({ useRecords: false }).pack([5, "w", 1, said]);
  const head = pack({ rows: { "\0": [0, [6, 0]] }, again: "refused" });
  const whole = joinSections(head, [new Uint8Array(8)]);
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(decodeMessage([talk], whole).said, { rows: new Int32Array(2), again: "refused" });
    for (const sections of [[], [new Uint8Array(7)]])
      assert.throws(() => decodeMessage([talk], joinSections(head, sections)), { code: "DECODE" });
    assert.throws(() => decodeMessage([ping], whole), { code: "DECODE" });
  }
});

test("codec: wrong fields are refused when sent, naming field and message", () => {
  const bad = (change: Record<string, unknown>, pattern: RegExp): void => {
    assert.throws(() => encodeMessage(full, { ...sample, ...change } as Full), pattern);
  };
  bad({ count: -1 }, /Field count of message full is not an integer/);
  bad({ count: 1.5 }, /count/);
  bad({ rows: new Float64Array(1) }, /Field rows .* Uint32Array/);
  bad({ rows: [1] }, /rows/);
  bad({ names: [1] }, /names/);
  bad({ key: "\ud800" }, /key/);
  bad({ detail: { d: new Date() } }, /full\.detail is a Date/);
  bad({ detail: () => 1 }, /function/);
  const cycle: unknown[] = [];
  cycle.push(cycle);
  bad({ detail: cycle }, /nested deeper than 128/);
});

test("codec: every truncation is refused", () => {
  const bytes = encodeMessage(full, sample);
  for (let length = 0; length < bytes.length; length++) refused(bytes.slice(0, length));
  refused(Buffer.concat([bytes, Buffer.alloc(1)]));
});

test("codec: bytes changed or made up give a message or DECODE, never another error", () => {
  const original = encodeMessage(full, sample);
  const decodes = (bytes: Uint8Array): void => {
    try {
      decodeMessage(schemas, bytes);
    } catch (error) {
      assert.ok(error instanceof ShoalError && error.code === "DECODE", String(error));
    }
  };
  const change = fc.tuple(fc.nat(original.length - 1), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const bytes = original.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      decodes(bytes);
    }),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (head) => decodes(withHead(head))),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => decodes(bytes)),
    { numRuns: 500 },
  );
});

test("codec: hostile heads are refused before anything is built", () => {
  const ping9 = [4, 9];
  assert.deepEqual(decodeMessage(schemas, withHead(ping9)), { type: "ping", at: 9 });
  for (const length of [
    [0xdd, 0xff, 0xff, 0xff, 0xff],
    [0xdf, 0xff, 0xff, 0xff, 0xff],
    [0xdb, 0xff, 0xff, 0xff, 0xff],
  ])
    refused(withHead(Uint8Array.from([0x92, 4, ...length])));
  refused(withHead(Uint8Array.from([0x92, 4, 0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1])));
  refused(withHead(Uint8Array.from([0x92, 4, 0xc7, 1, 0x65, 0x90])));
  refused(withHead(Uint8Array.from([0x92, 4, 0xd6, 0xff, 0, 0, 0, 0])));
  refused(withHead(Uint8Array.from([0x92, 4, 0xc4, 1, 0])));
  refused(withHead(new Uint8Array(1e6).fill(0x91)));
  refused(withHead([99, 1]));
  refused(withHead([4]));
  refused(withHead([4, 1, 2]));
  refused(withHead([4, "1"]));
  refused(withHead({ op: 4 }));
  refused(withHead([4, { "\0": [0, [8, 5]] }]));
  const sections = encodeMessage(ping, { type: "ping", at: 1 });
  sections[8] = 255;
  sections[11] = 255;
  refused(sections);
  // A decoder that had taken the record definition above would read the small integer 0x40 as a record now.
  assert.deepEqual(decodeMessage(schemas, withHead([4, 0x40])), { type: "ping", at: 0x40 });
});

test("codec: __proto__ on the wire changes no prototype", () => {
  const fields = decodeMessage(
    [defineMessage(1, "t", { v: tree() })],
    encodeMessage(defineMessage(1, "t", { v: tree() }), {
      type: "t",
      v: JSON.parse('{"__proto__":{"polluted":1}}'),
    }),
  );
  assert.equal(({} as any).polluted, undefined);
  assert.equal((fields.v as any).polluted, undefined);
  assert.deepEqual(Object.keys(fields.v as object), ["__proto__"]);
  const raw = Buffer.concat([Buffer.from([0x92, 1, 0x81, 0xa9]), Buffer.from("__proto__"), Buffer.from([0x80])]);
  const back = decodeMessage([defineMessage(1, "t", { v: tree() })], withHead(new Uint8Array(raw)));
  assert.equal(Object.getPrototypeOf(back.v), Object.prototype);
});

test("codec: a tree may be as deep as the limit says, and no deeper", () => {
  const one = defineMessage(1, "t", { v: optional(tree()) });
  let v: any = 1;
  for (let i = 0; i < TREE_DEPTH_MAX; i++) v = [v];
  assert.deepEqual(decodeMessage([one], encodeMessage(one, { type: "t", v })).v, v);
  assert.throws(() => encodeMessage(one, { type: "t", v: [v] }), RangeError);
});

test("schema: the message type follows from the schema", () => {
  const message: MessageOf<typeof ping | typeof full> = { type: "ping", at: 1 };
  const at: number = message.at;
  // @ts-expect-error a field of another kind
  const bad: MessageOf<typeof ping> = { type: "ping", at: "1" };
  assert.ok(at === 1 && bad);
  assert.throws(() => defineMessage(-1, "x", {}), RangeError);
  assert.throws(() => defineMessage(1, "x", { type: "u32" }), TypeError);
});
