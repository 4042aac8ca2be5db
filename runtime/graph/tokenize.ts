import { config } from "../base/config.ts";
import { ShoalError } from "../base/errors.ts";
import { type Hash128, hash128, hashText } from "../base/hash.ts";
import { uniqueToken } from "../base/random.ts";
import { TokenWriter } from "./token-writer.ts";

/** A class says with a method of this name what its instances' token depends on: `[tokenSymbol]() { return [this.seed]; }`. */
export const tokenSymbol: unique symbol = Symbol.for("shoal.token") as never;

/**
 * A name for content: equal values give equal text in every process, whatever the order of keys, Set items or Map
 * entries; different values do not. Typed arrays count by class and content, layers by name, specs of functions
 * by module and export or by hash. What cannot be told apart safely gets a token of its own:
 * - a bare function counts as itself (the object): its text does not show the variables it captured;
 * - an instance of a class without `[tokenSymbol]()` is new every time: private fields and later changes are not seen;
 * - so are promises, weak collections, generators and unregistered symbols.
 * With the option `tokenize.ensure-deterministic` these are errors instead.
 * @throws ShoalError TOKENIZE
 * @returns 28 characters of 0-9a-z, 128 bits
 * @see https://docs.dask.org/en/stable/api.html#dask.tokenize.tokenize
 * @example
 * tokenize({ a: 1, b: [2] }) === tokenize({ b: [2], a: 1 }); // true
 */
export function tokenize(...values: readonly unknown[]): string {
  return hashText(tokenOf(values));
}

function tokenOf(value: unknown): Hash128 {
  const out = new TokenWriter();
  writeValue(out, value, []);
  const hash = hash128(out.bytes());
  out.free();
  return hash;
}

function writeValue(out: TokenWriter, value: unknown, path: readonly object[]): void {
  switch (typeof value) {
    case "string":
      out.text("s", value);
      return;
    case "number":
      out.number(value);
      return;
    case "boolean":
      out.tag(value ? "t" : "f");
      return;
    case "undefined":
      out.tag("u");
      return;
    case "bigint":
      out.text("i", value.toString(36));
      return;
    case "symbol":
      out.text("y", Symbol.keyFor(value) ?? wellKnownName(value) ?? newToken(() => String(value)));
      return;
    case "function":
      if (tokenSymbol in value) writeOwnToken(out, value as unknown as Tokenized, path);
      else out.text("F", functionIdentity(value));
      return;
    default:
      if (value === null) out.tag("0");
      else writeObject(out, value as object, path);
  }
}

interface Tokenized {
  readonly [tokenSymbol]: () => unknown;
}

function writeObject(out: TokenWriter, value: object, path: readonly object[]): void {
  const seenAt = path.indexOf(value);
  if (seenAt >= 0) {
    out.text("c", String(path.length - seenAt));
    return;
  }
  const inside = [...path, value];
  if (Array.isArray(value)) {
    out.count("[", value.length);
    for (const item of value) writeValue(out, item, inside);
  } else if (tokenSymbol in value) writeOwnToken(out, value as Tokenized, inside);
  else if (ArrayBuffer.isView(value)) {
    out.text("a", value.constructor.name);
    writeBytes(out, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (isPlain(value)) writePlain(out, value as Record<string, unknown>, inside);
  else writeBuiltIn(out, value, inside);
}

function writeOwnToken(out: TokenWriter, value: Tokenized, path: readonly object[]): void {
  out.text("k", value.constructor?.name ?? "");
  writeValue(out, value[tokenSymbol](), path);
}

function writeBytes(out: TokenWriter, bytes: Uint8Array): void {
  out.count("b", bytes.length);
  out.hash(hash128(bytes));
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

function writePlain(out: TokenWriter, value: Record<string, unknown>, path: readonly object[]): void {
  if (typeof value["kind"] === "string" && writeKnownShape(out, value, path)) return;
  const names = Object.keys(value).sort();
  out.count("{", names.length);
  for (const name of names) {
    out.text("s", name);
    writeValue(out, value[name], path);
  }
}

/** Layers and specs of functions: what they are is said by their names, not by all they hold. */
function writeKnownShape(out: TokenWriter, value: Record<string, unknown>, path: readonly object[]): boolean {
  const { kind, name } = value;
  const isLayer = kind === "blockwise" || kind === "tasks" || kind === "data" || kind === "held";
  if (isLayer && typeof name === "string" && Array.isArray(value["grid"])) out.text("L", name);
  else if (kind === "named" && typeof value["module"] === "string" && typeof value["exportName"] === "string")
    out.text("N", `${value["module"]}#${value["exportName"]}`);
  else if (kind === "source" && typeof value["hash"] === "string") out.text("S", value["hash"]);
  else if (kind === "live" && typeof value["live"] === "function") writeValue(out, value["live"], path);
  else return false;
  return true;
}

function writeBuiltIn(out: TokenWriter, value: object, path: readonly object[]): void {
  if (value instanceof Date) {
    out.tag("D");
    out.number(value.getTime());
  } else if (value instanceof RegExp) out.text("R", String(value));
  else if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => tokenInside([key, item], path));
    writeSorted(out, "M", entries);
  } else if (value instanceof Set)
    writeSorted(
      out,
      "E",
      [...value].map((item) => tokenInside(item, path)),
    );
  else if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) writeBytes(out, new Uint8Array(value));
  else if (value instanceof Error) {
    out.text("e", value.constructor.name);
    writeValue(out, [value.name, value.message, value.cause], path);
  } else if (value instanceof URL) out.text("U", value.href);
  else if (value instanceof Number || value instanceof String || value instanceof Boolean) {
    out.tag("B");
    writeValue(out, value.valueOf(), path);
  } else
    out.text(
      "?",
      newToken(() => `An instance of ${className(value)}`),
    );
}

function writeSorted(out: TokenWriter, tag: string, tokens: readonly string[]): void {
  out.count(tag, tokens.length);
  for (const token of [...tokens].sort()) out.text("s", token);
}

function tokenInside(value: unknown, path: readonly object[]): string {
  const out = new TokenWriter();
  writeValue(out, value, path);
  const text = hashText(hash128(out.bytes()));
  out.free();
  return text;
}

const identities = new WeakMap<object, string>();

function functionIdentity(fn: object): string {
  const known = identities.get(fn);
  if (known !== undefined && !isStrict()) return known;
  const made = builtInName(fn) ?? newToken(() => `The function ${(fn as { name?: string }).name || "without a name"}`);
  identities.set(fn, made);
  return made;
}

/** Functions of the language, such as `Math.sqrt`: the same in every process. */
function builtInName(fn: object): string | undefined {
  const name = (fn as { name?: unknown }).name;
  if (typeof name !== "string" || name === "") return undefined;
  const globals = globalThis as unknown as Record<string, unknown>;
  if (LANGUAGE_FUNCTIONS.has(name) && globals[name] === fn) return `global ${name}`;
  for (const home of LANGUAGE_NAMESPACES) {
    const owner = globals[home] as Record<string, unknown>;
    if (Object.hasOwn(owner, name) && owner[name] === fn) return `global ${home}.${name}`;
  }
  return undefined;
}

const LANGUAGE_FUNCTIONS = new Set(
  "Array BigInt Boolean Date Map Number Object RegExp Set String Symbol parseFloat parseInt isNaN isFinite".split(" "),
);
const LANGUAGE_NAMESPACES = ["Math", "JSON", "Number", "String", "Object", "Array", "BigInt"];

function wellKnownName(symbol: symbol): string | undefined {
  const name = symbol.description?.replace(/^Symbol\./, "");
  return name !== undefined && (Symbol as unknown as Record<string, unknown>)[name] === symbol
    ? `@@${name}`
    : undefined;
}

/** A token that nothing else ever gets, where the configuration allows them. @throws ShoalError TOKENIZE */
function newToken(describe: () => string): string {
  if (isStrict())
    throw new ShoalError(
      `${describe()} has no token that would be the same next time: give it a [tokenSymbol](), or the function a name with task(import.meta, "name", fn)`,
      { code: "TOKENIZE" },
    );
  return uniqueToken();
}

/** Objects without a prototype have no class. */
const className = (value: object): string =>
  (value as { constructor?: { name?: string } }).constructor?.name ?? "no class";

const isStrict = (): boolean => config.get("tokenize.ensure-deterministic") === true;
