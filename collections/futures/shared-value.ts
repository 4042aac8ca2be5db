import type { SharedItem } from "../../actors/coordination/coordination-out.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { registerValue } from "../../runtime/base/value-type.ts";
import { importModule } from "../../runtime/wire/function-loader.ts";
import { decodeValueSoon, encodeValueSoon, flattenValue, unflattenValue } from "../../runtime/wire/value.ts";
import type { ClientReach } from "./client-reach.ts";
import { askCoordination } from "./coordination-link.ts";
import { Future } from "./future.ts";

/** Values that clients share: as bytes, with futures in them by key. */

/** Set while a value is packed or unpacked, which is synchronous. */
let packing: { readonly keys: string[] } | undefined;
let unpacking: ((at: number) => Future<unknown>) | undefined;

registerValue<Future<unknown>>({
  name: "shoal.Future",
  class: Future,
  module: "shoal:collections/futures/shared-value",
  encode: (future) => {
    if (packing === undefined)
      throw new ShoalError(
        `Future ${future.key} cannot travel inside data: pass it as an argument, or share it through a queue or variable`,
        { code: "NOT_SUPPORTED", details: { key: future.key } },
      );
    // Its task leaves now, if it has not.
    void future.handle;
    return packing.keys.push(future.key) - 1;
  },
  decode: (at) => {
    if (unpacking === undefined) throw new ShoalError("A future came where none can be", { code: "DECODE" });
    return unpacking(at as number);
  },
});

/** @throws TypeError for what cannot travel */
export async function packShared(value: unknown): Promise<SharedItem> {
  const keys: string[] = [];
  let loading: Promise<unknown> | undefined;
  const pack = (): Uint8Array | undefined => {
    const outer = packing;
    keys.length = 0;
    packing = { keys };
    try {
      const encoded = encodeValueSoon(value, { shareMemory: false });
      if (!(encoded instanceof Promise)) return flattenValue(encoded);
      loading = encoded;
      return undefined;
    } finally {
      packing = outer;
    }
  };
  const bytes = pack();
  if (bytes !== undefined) return { bytes, keys };
  // A library had to be loaded first; futures are only noted while it is encoded in one go.
  await loading?.catch(() => {});
  return { bytes: pack() as Uint8Array, keys };
}

/** What came under a ticket: values whose futures belong to this client from now on. */
export async function unpackShared(
  reach: ClientReach,
  items: readonly SharedItem[],
  ticket: string,
): Promise<unknown[]> {
  const keys = items.flatMap((item) => item.keys);
  const { session } = reach.executor;
  let firstHandle = 0;
  if (keys.length > 0) {
    const record = session.refuse(keys.length, new ShoalError("The future is on its way", { code: "UNKNOWN_KEY" }));
    firstHandle = record.first;
    for (let i = 0; i < keys.length; i++) record.setPending(firstHandle + i);
  }
  const futures = keys.map((key, i) => futureOf(reach, key, firstHandle + i));
  await askCoordination(reach, { op: "arrived", arrived: ticket, firstHandle });
  let from = 0;
  const values: unknown[] = [];
  for (const item of items) {
    const mine = futures.slice(from, (from += item.keys.length));
    values.push(await unpackOne(item.bytes, mine));
  }
  return values;
}

/**
 * Futures for tasks by their keys, which need not be this client's: results that were let go of are computed again. Undefined where the
 * scheduler knows no such task.
 */
export async function futuresByKey(
  reach: ClientReach,
  keys: readonly string[],
): Promise<(Future<unknown> | undefined)[]> {
  if (keys.length === 0) return [];
  const { session } = reach.executor;
  const { first } = session.refuse(keys.length, new ShoalError("The future is on its way", { code: "UNKNOWN_KEY" }));
  for (let i = 0; i < keys.length; i++) session.record(first + i).setPending(first + i);
  const { value: known } = await askCoordination<boolean[]>(reach, { op: "want", keys, firstHandle: first });
  return keys.map((key, i) => {
    if (known[i] === true) return futureOf(reach, key, first + i);
    session.release(first + i, 1);
    return undefined;
  });
}

/** A value without futures in it. */
export const unpackPlain = (bytes: Uint8Array): Promise<unknown> => unpackOne(bytes, []);

async function unpackOne(bytes: Uint8Array, futures: readonly Future<unknown>[]): Promise<unknown> {
  const decode = (): unknown => {
    const outer = unpacking;
    unpacking = (at) => futures[at] as Future<unknown>;
    try {
      return decodeValueSoon(unflattenValue(bytes), importModule);
    } finally {
      unpacking = outer;
    }
  };
  const value = decode();
  if (!(value instanceof Promise)) return value;
  // A module had to be loaded first; futures are only known while it is decoded in one go.
  await value.catch(() => {});
  return decode();
}

function futureOf(reach: ClientReach, key: string, handle: number): Future<unknown> {
  const { executor } = reach;
  return new Future<unknown>({
    session: executor.session,
    handle: () => handle,
    key: () => key,
    hold: (held, name, keeper) => executor.held(name, [], Uint32Array.of(held), keeper),
  });
}
