import { SPECIAL } from "./plain-tree.ts";

/** What a one-entry map under the key "\0" stands for in a value's head: append only. */
export const valueTag = {
  reference: 0,
  minusZero: 1,
  bigInteger: 2,
  utf16: 3,
  view: 4,
  buffer: 5,
  numbers: 6,
  sparseArray: 7,
  nullPrototype: 8,
  date: 9,
  regExp: 10,
  map: 11,
  set: 12,
  boxed: 13,
  url: 14,
  error: 15,
  registered: 16,
  arrowTable: 17,
} as const;

export const special = (tag: number, content: unknown): Record<string, unknown> => ({ [SPECIAL]: [tag, content] });

/** Why a value cannot travel; the path to it is gathered on the way out. */
export class Unencodable {
  readonly path: string[] = [];
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }

  toError(): TypeError {
    const where = this.path.length === 0 ? "The value" : `The value's ${this.path.join("")}`;
    return new TypeError(`${where} ${this.reason}`);
  }
}

/** What a family of values may ask of the walk that takes values apart. */
export interface Lowering {
  lower(value: unknown): unknown;
  lowerRecord(record: object): Record<string, unknown>;
  /** Writes names of a record whose values are lowered already. */
  escapeFields(lowered: Record<string, unknown>): Record<string, unknown>;
  lowerList(items: readonly unknown[]): readonly unknown[];
  /** As `lower`, but what cannot travel becomes a text that says what it was. */
  lowerOrDescribe(value: unknown): unknown;
  special(tag: number, content: unknown): unknown;
}

/** What a family of values may ask of the walk that puts values together. */
export interface Raising {
  /** Announces the object under construction before its parts are raised, so that they may refer to it. */
  begin<T extends object>(object: T): T;
  raise(wire: unknown): unknown;
  /** Raises the fields of a map of the wire into `target`. */
  raiseFields(wire: unknown, target: object): void;
  raiseList(wire: unknown): unknown[];
}
