import { ShoalError } from "../../../runtime/base/errors.ts";

/** Values that a pickle of plain data holds; objects that a call would make are their class and arguments. */
export type Pickled = null | boolean | number | string | Pickled[] | Map<Pickled, Pickled> | PickledObject;

/** An object that Python would make by calling a class: never made here. */
export interface PickledObject {
  readonly callee: string;
  readonly args: Pickled;
}

interface Reader {
  readonly bytes: Buffer;
  readonly stack: unknown[];
  readonly memo: Map<number, unknown>;
  at: number;
}

const MARK = Symbol("mark");

/**
 * Reads plain data (dicts, lists, tuples, numbers, text) that Python pickled; nothing is ever called.
 * @throws ShoalError DECODE for anything else
 * @see https://docs.python.org/3/library/pickletools.html
 */
export function parsePickle(bytes: Uint8Array, path: string): Pickled {
  const reader: Reader = {
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    stack: [],
    memo: new Map(),
    at: 0,
  };
  while (reader.at < bytes.length) {
    const code = reader.bytes[reader.at++] as number;
    if (code === 0x2e) return reader.stack.at(-1) as Pickled;
    const step = (CODES as Readonly<Record<number, (reader: Reader) => void>>)[code];
    if (step === undefined)
      throw new ShoalError(`${path} holds a pickle with more than plain data: code ${code} at ${reader.at - 1}`, {
        code: "DECODE",
        details: { path, code },
      });
    step(reader);
  }
  throw new ShoalError(`${path} holds a pickle that is cut off`, { code: "DECODE", details: { path } });
}

const skip = (n: number) => (r: Reader) => {
  r.at += n;
};
const push = (value: unknown) => (r: Reader) => {
  r.stack.push(value);
};
const line = (r: Reader): string => {
  const end = r.bytes.indexOf(10, r.at);
  const text = r.bytes.toString("utf8", r.at, end);
  r.at = end + 1;
  return text;
};
const text = (r: Reader, length: number): string => r.bytes.toString("utf8", r.at, (r.at += length));
const marked = (r: Reader): unknown[] => {
  const from = r.stack.lastIndexOf(MARK);
  const items = r.stack.splice(from + 1);
  r.stack.pop();
  return items;
};
const tuple = (n: number) => (r: Reader) => {
  r.stack.push(r.stack.splice(r.stack.length - n));
};
const setItems = (r: Reader, items: readonly unknown[]): void => {
  const target = r.stack.at(-1) as Map<unknown, unknown>;
  for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
};
const reduce = (r: Reader): void => {
  const [callee, args] = r.stack.splice(r.stack.length - 2);
  r.stack.push({ callee, args });
};
const remember = (r: Reader, at: number): void => {
  r.memo.set(at, r.stack.at(-1));
};
const number = (r: Reader, size: number, signed: boolean): number => {
  const value = signed ? r.bytes.readIntLE(r.at, size) : r.bytes.readUIntLE(r.at, size);
  r.at += size;
  return value;
};

/** By the byte of the operation. */
const CODES = {
  128: skip(1), // PROTO
  149: skip(8), // FRAME
  40: push(MARK), // MARK
  48: (r: Reader) => void r.stack.pop(), // POP
  78: push(null), // NONE
  136: push(true), // NEWTRUE
  137: push(false), // NEWFALSE
  125: (r: Reader) => void r.stack.push(new Map()), // EMPTY_DICT
  100: (r: Reader) => {
    const items = marked(r); // DICT
    r.stack.push(new Map());
    setItems(r, items);
  },
  93: (r: Reader) => void r.stack.push([]), // EMPTY_LIST
  41: (r: Reader) => void r.stack.push([]), // EMPTY_TUPLE
  116: (r: Reader) => void r.stack.push(marked(r)), // TUPLE
  108: (r: Reader) => void r.stack.push(marked(r)), // LIST
  133: tuple(1),
  134: tuple(2),
  135: tuple(3),
  101: (r: Reader) => {
    const items = marked(r); // APPENDS
    (r.stack.at(-1) as unknown[]).push(...items);
  },
  97: (r: Reader) => {
    const item = r.stack.pop(); // APPEND
    (r.stack.at(-1) as unknown[]).push(item);
  },
  117: (r: Reader) => setItems(r, marked(r)), // SETITEMS
  115: (r: Reader) => setItems(r, r.stack.splice(r.stack.length - 2)), // SETITEM
  75: (r: Reader) => void r.stack.push(number(r, 1, false)), // BININT1
  77: (r: Reader) => void r.stack.push(number(r, 2, false)), // BININT2
  74: (r: Reader) => void r.stack.push(number(r, 4, true)), // BININT
  138: (r: Reader) => {
    const size = number(r, 1, false); // LONG1, of up to 6 bytes
    r.stack.push(size === 0 ? 0 : number(r, size, true));
  },
  73: (r: Reader) => {
    const said = line(r); // INT
    r.stack.push(said === "01" ? true : said === "00" ? false : Number(said));
  },
  76: (r: Reader) => void r.stack.push(Number(line(r).replace(/L$/, ""))), // LONG
  140: (r: Reader) => void r.stack.push(text(r, number(r, 1, false))), // SHORT_BINUNICODE
  88: (r: Reader) => void r.stack.push(text(r, number(r, 4, false))), // BINUNICODE
  86: (r: Reader) => void r.stack.push(line(r)), // UNICODE
  83: (r: Reader) => void r.stack.push(line(r).slice(1, -1)), // STRING
  99: (r: Reader) => void r.stack.push(`${line(r)}.${line(r)}`), // GLOBAL
  147: (r: Reader) => {
    const [module, name] = r.stack.splice(r.stack.length - 2); // STACK_GLOBAL
    r.stack.push(`${module}.${name}`);
  },
  82: reduce, // REDUCE
  98: (r: Reader) => void r.stack.pop(), // BUILD: the state is left out
  148: (r: Reader) => remember(r, r.memo.size), // MEMOIZE
  113: (r: Reader) => remember(r, number(r, 1, false)), // BINPUT
  114: (r: Reader) => remember(r, number(r, 4, false)), // LONG_BINPUT
  112: (r: Reader) => remember(r, Number(line(r))), // PUT
  104: (r: Reader) => void r.stack.push(r.memo.get(number(r, 1, false))), // BINGET
  106: (r: Reader) => void r.stack.push(r.memo.get(number(r, 4, false))), // LONG_BINGET
  103: (r: Reader) => void r.stack.push(r.memo.get(Number(line(r)))), // GET
};
