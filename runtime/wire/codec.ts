import { Packr } from "msgpackr/pack";
import { guardMsgpack, lastItemAt } from "./msgpack-guard.ts";
import { isWellFormed, lowerTree, raiseTree, sectionAt, TREE_DEPTH_MAX } from "./plain-tree.ts";
import type { FieldKind, MessageOf, MessageSchema, PlainFieldKind } from "./schema.ts";
import { joinSections, splitSections, undecodable } from "./sections.ts";
import { buildTree, keyOfTree, TreeTemplates } from "./tree-templates.ts";
import { type TypedArray, typedArrayNumber, typedArrayOver } from "./typed-array.ts";

const packr = new Packr({ useRecords: false });
const columnKinds: Readonly<Partial<Record<PlainFieldKind, number>>> = {
  bytes: typedArrayNumber(new Uint8Array()),
  u8column: typedArrayNumber(new Uint8Array()),
  u16column: typedArrayNumber(new Uint16Array()),
  u32column: typedArrayNumber(new Uint32Array()),
  f64column: typedArrayNumber(new Float64Array()),
};

/**
 * A message as bytes: a msgpack head `[op, field…]` and, on multiples of 8 bytes, every typed array.
 * @throws TypeError or RangeError if a field is not what the schema says.
 */
export function encodeMessage<S extends MessageSchema>(schema: S, message: MessageOf<S>): Uint8Array {
  const sections: ArrayBufferView[] = [];
  const head: unknown[] = [schema.op];
  const fields = message as Readonly<Record<string, unknown>>;
  for (const name in schema.fields)
    head.push(encodeField(schema.fields[name] as FieldKind, fields[name], sections, schema, name));
  return joinSections(packr.pack(head), sections);
}

function encodeField(
  kind: FieldKind,
  value: unknown,
  sections: ArrayBufferView[],
  schema: MessageSchema,
  name: string,
): unknown {
  if (typeof kind === "object") {
    if (kind.kind === "tree") return lowerTree(value, sections, `${schema.type}.${name}`);
    if (value === undefined) return null;
    const inner = encodeField(kind.of, value, sections, schema, name);
    // A tree may itself be null, so one that is present is wrapped.
    return typeof kind.of === "object" ? [inner] : inner;
  }
  const column = columnKinds[kind];
  if (column !== undefined) {
    if (!ArrayBuffer.isView(value) || typedArrayNumber(value as TypedArray) !== column) throw wrong(schema, name, kind);
    return sections.push(value) - 1;
  }
  if (!isPlainField(kind, value)) throw wrong(schema, name, kind);
  return kind === "f64" && Object.is(value, -0) ? [0] : value;
}

function isPlainField(kind: PlainFieldKind, value: unknown): boolean {
  switch (kind) {
    case "u32":
      return typeof value === "number" && value >>> 0 === value;
    case "f64":
      return typeof value === "number";
    case "text":
      return typeof value === "string" && isWellFormed(value);
    case "flag":
      return typeof value === "boolean";
    default:
      return Array.isArray(value) && value.every((item) => typeof item === "string" && isWellFormed(item));
  }
}

const wrong = (schema: MessageSchema, name: string, kind: string): TypeError =>
  new TypeError(`Field ${name} of message ${schema.type} is not ${describe[kind] ?? kind}`);
const describe: Readonly<Record<string, string>> = {
  u32: "an integer in 0 … 4294967295",
  f64: "a number",
  text: "well-formed text",
  flag: "a boolean",
  texts: "a list of well-formed texts",
  bytes: "a Uint8Array",
  u8column: "a Uint8Array",
  u16column: "a Uint16Array",
  u32column: "a Uint32Array",
  f64column: "a Float64Array",
};

const opsOf = new WeakMap<readonly MessageSchema[], Map<number, MessageSchema>>();

/**
 * The message in bytes that came from another process. Columns are views on `bytes` (over a copy of the column where `bytes`
 * does not start on a multiple of 8), so they live as long as it does.
 * @param schemas the messages that may come; two may not share an op
 * @throws ShoalError DECODE for anything else, whatever the input: nothing is trusted.
 */
export function decodeMessage<S extends MessageSchema>(schemas: readonly S[], bytes: Uint8Array): MessageOf<S> {
  const { head, sections } = splitSections(bytes);
  const { list, marked } = readHead(head, sections);
  const [op, ...fields] = list;
  const schema = typeof op === "number" ? findSchema(schemas, op) : undefined;
  if (schema === undefined) throw undecodable(`Message op ${String(op)} is not expected here`);
  const names = Object.keys(schema.fields);
  if (fields.length !== names.length)
    throw undecodable(`Message ${schema.type} came with ${fields.length} fields, it has ${names.length}`);
  const message: Record<string, unknown> = { type: schema.type };
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const kind = schema.fields[name] as FieldKind;
    const wire = fields[i];
    if (typeof kind === "object" && kind.kind === "optional") {
      if (wire === null) continue;
      message[name] = decodeField(kind.of, unwrapOptional(kind.of, wire, schema, name), sections, marked, schema, name);
    } else message[name] = decodeField(kind, wire, sections, marked, schema, name);
  }
  return message as MessageOf<S>;
}

const DEPTH_MAX = TREE_DEPTH_MAX + 3;
const templates = new TreeTemplates();
const NIL = 0xc0;

/** What a head holds; `marked` if values that msgpack cannot hold are still to be put back. */
function readHead(head: Uint8Array, sections: readonly Uint8Array[]): { list: unknown[]; marked: boolean } {
  const from = lastItemAt(head, DEPTH_MAX);
  const key = from === undefined ? undefined : keyOfTree(head, from);
  const recipe = key === undefined ? undefined : templates.recipeOf(key);
  if (recipe === undefined) {
    const marked = guardMsgpack(head, DEPTH_MAX);
    const list = unpackList(head);
    if (key !== undefined) templates.note(key, list.at(-1));
    return { list, marked };
  }
  const before = new Uint8Array((from as number) + 1);
  before.set(head.subarray(0, from));
  before[from as number] = NIL;
  const list = unpackList(before);
  list[list.length - 1] = buildTree(recipe, sections);
  return { list, marked: false };
}

/** Reads a guarded head; msgpackr's own errors become ours. */
function unpackList(head: Uint8Array): unknown[] {
  let list: unknown;
  try {
    list = packr.unpack(head);
  } catch (error) {
    throw undecodable("The head is not msgpack", error);
  }
  if (!Array.isArray(list)) throw undecodable("The head is not a list");
  return list;
}

function unwrapOptional(of: FieldKind, wire: unknown, schema: MessageSchema, name: string): unknown {
  if (typeof of !== "object") return wire;
  if (!Array.isArray(wire) || wire.length !== 1)
    throw undecodable(`Field ${name} of message ${schema.type} is not an optional tree`);
  return wire[0];
}

function decodeField(
  kind: FieldKind,
  wire: unknown,
  sections: readonly Uint8Array[],
  marked: boolean,
  schema: MessageSchema,
  name: string,
): unknown {
  if (typeof kind === "object") return marked ? raiseTree(wire, sections) : wire;
  const column = columnKinds[kind];
  if (column !== undefined) return typedArrayOver(column, sectionAt(sections, wire));
  if (kind === "f64" && Array.isArray(wire) && wire.length === 1 && wire[0] === 0) return -0;
  if (!isPlainField(kind, wire))
    throw undecodable(`Field ${name} of message ${schema.type} is not ${describe[kind] ?? kind}`);
  return wire;
}

function findSchema(schemas: readonly MessageSchema[], op: number): MessageSchema | undefined {
  let ops = opsOf.get(schemas);
  if (ops === undefined) {
    ops = new Map(schemas.map((schema) => [schema.op, schema]));
    if (ops.size !== schemas.length) throw new TypeError("Two of the messages share an op");
    opsOf.set(schemas, ops);
  }
  return ops.get(op);
}
