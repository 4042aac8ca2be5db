import { importModule } from "../wire/function-loader.ts";
import { decodeValueSoon, encodeValue } from "../wire/value.ts";

let isPacking = false;

/**
 * From now on items that wait in this thread for their readers wait as bytes, which take about a third of what objects do: whoever
 * runs a worker apart from others says so. Where all share one heap, items stay as they are.
 */
export function packItemsHere(): void {
  isPacking = true;
}

/**
 * Items as bytes. Undefined where these would be no smaller, since typed arrays and long lists of numbers are as small as they can be;
 * where none can be made, since who sends such an item elsewhere is told why it cannot go; and where nothing is packed.
 */
export function packItems(items: readonly unknown[]): Uint8Array | undefined {
  if (!isPacking) return undefined;
  try {
    const { head, buffers } = encodeValue(items, { shareMemory: false });
    return buffers.length > 0 ? undefined : head;
  } catch {
    return undefined;
  }
}

/** What {@link packItems} packed; a promise where classes among the items have yet to be loaded. */
export const unpackItems = (bytes: Uint8Array): readonly unknown[] | Promise<readonly unknown[]> =>
  decodeValueSoon({ head: bytes, buffers: [] }, importModule) as readonly unknown[] | Promise<readonly unknown[]>;
