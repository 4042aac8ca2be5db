import type { Tree } from "./plain-tree.ts";

/** What a field of a message holds; columns and bytes travel outside the head and arrive as views. */
export type FieldKind = PlainFieldKind | TreeKind<Tree> | OptionalKind<PlainFieldKind | TreeKind<Tree>>;

/**
 * `u32` an integer in 0 … 2³²−1; `f64` any number; `text` well-formed Unicode; `flag` a boolean; `texts` a list of text;
 * `bytes` and the columns a typed array.
 */
export type PlainFieldKind = keyof PlainFieldTypes;

interface PlainFieldTypes {
  u32: number;
  f64: number;
  text: string;
  flag: boolean;
  bytes: Uint8Array;
  u8column: Uint8Array;
  u16column: Uint16Array;
  u32column: Uint32Array;
  f64column: Float64Array;
  texts: readonly string[];
}

/** Any plain tree; T is what its reader takes it for, and is not checked on arrival. */
export interface TreeKind<T> {
  readonly kind: "tree";
  readonly type?: T;
}

export interface OptionalKind<K> {
  readonly kind: "optional";
  readonly of: K;
}

/** A field that holds a plain tree. */
export const tree = <T = Tree>(): TreeKind<T> => ({ kind: "tree" });

/** A field that may be left out. */
export const optional = <K extends PlainFieldKind | TreeKind<unknown>>(of: K): OptionalKind<K> => ({
  kind: "optional",
  of,
});

// biome-ignore lint/suspicious/noExplicitAny: a tree's type is its reader's business.
export type Fields = Readonly<Record<string, PlainFieldKind | TreeKind<any> | OptionalKind<any>>>;

/** The shape of one message: its number on the wire, its name in code, its fields in wire order. */
export interface MessageSchema<Type extends string = string, F extends Fields = Fields> {
  readonly op: number;
  readonly type: Type;
  readonly fields: F;
}

type ValueOf<K> = K extends PlainFieldKind
  ? PlainFieldTypes[K]
  : K extends TreeKind<infer T>
    ? T
    : K extends OptionalKind<infer Inner>
      ? ValueOf<Inner>
      : never;
type OptionalNames<F> = { [N in keyof F]: F[N] extends OptionalKind<unknown> ? N : never }[keyof F];
type Flat<T> = { [N in keyof T]: T[N] };

/** The message that a schema describes: `{ type, …fields }`. For a union of schemas, the union of messages. */
export type MessageOf<S> =
  S extends MessageSchema<infer Type, infer F>
    ? Flat<
        { readonly type: Type } & { readonly [N in Exclude<keyof F, OptionalNames<F>>]: ValueOf<F[N]> } & {
          readonly [N in OptionalNames<F>]?: ValueOf<F[N]>;
        }
      >
    : never;

/**
 * Describes a message; its TypeScript type is `MessageOf<typeof schema>`.
 * @throws RangeError if the op is not an integer in 0 … 65535.
 * @example
 * const finished = defineMessage(7, "finished", { rows: "u32column", worker: "text", error: optional(tree()) });
 * type Finished = MessageOf<typeof finished>;
 */
export function defineMessage<const Type extends string, const F extends Fields>(
  op: number,
  type: Type,
  fields: F,
): MessageSchema<Type, F> {
  if (!Number.isInteger(op) || op < 0 || op > 0xffff)
    throw new RangeError(`Message ${type} has op ${op}; it must be an integer in 0 … 65535`);
  if ("type" in fields) throw new TypeError(`Message ${type} may not have a field named "type"`);
  return { op, type, fields };
}
