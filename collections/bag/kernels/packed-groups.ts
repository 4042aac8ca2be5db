import { registerValue } from "../../../runtime/base/value-type.ts";
import { packItems, unpackItems } from "../../../runtime/graph/packed-items.ts";
import { Flow, type Pulled } from "./flow.ts";
import { type ItemKey, keyOf } from "./keys.ts";

/** Items of several keys: the i-th list of them, or the i-th stretch of bytes, is of the i-th name. */
type Pack =
  | { readonly kind: "lists"; readonly names: readonly unknown[]; readonly lists: readonly (readonly unknown[])[] }
  | {
      readonly kind: "bytes";
      readonly names: Uint8Array | readonly unknown[];
      readonly bytes: Uint8Array;
      readonly ends: Uint32Array;
    };

/** What one cutter has for one reader of a `groupby`, in the order of the items. */
export class PackedGroups {
  readonly packs: readonly Pack[];

  constructor(packs: readonly Pack[]) {
    this.packs = packs;
  }
}

registerValue<PackedGroups>({
  name: "shoal.PackedGroups",
  class: PackedGroups,
  encode: ({ packs }) => packs,
  decode: (plain) => new PackedGroups(plain as readonly Pack[]),
  module: "shoal:collections/bag/kernels/packed-groups",
});

/** Gathers items by key, and packs them whenever so many wait. */
export class GroupPacker {
  private readonly packs: Pack[] = [];
  private readonly itemsMax: number;
  private open = new Map<ItemKey, { readonly name: unknown; readonly items: unknown[] }>();
  private waiting = 0;

  constructor(itemsMax: number) {
    this.itemsMax = itemsMax;
  }

  add(key: ItemKey, name: unknown, item: unknown): void {
    const group = this.open.get(key);
    if (group === undefined) this.open.set(key, { name, items: [item] });
    else group.items.push(item);
    this.waiting += 1;
    if (this.waiting >= this.itemsMax) this.close();
  }

  finish(): PackedGroups {
    if (this.waiting > 0) this.close();
    return new PackedGroups(this.packs);
  }

  private close(): void {
    const names = Array.from(this.open.values(), (group) => group.name);
    const lists = Array.from(this.open.values(), (group) => group.items);
    this.packs.push(packed(names, lists) ?? { kind: "lists", names, lists });
    this.open = new Map();
    this.waiting = 0;
  }
}

function packed(names: readonly unknown[], lists: readonly (readonly unknown[])[]): Pack | undefined {
  const parts: Uint8Array[] = [];
  const ends = new Uint32Array(lists.length);
  let end = 0;
  for (const list of lists) {
    const part = packItems(list);
    if (part === undefined) return undefined;
    ends[parts.length] = end += part.byteLength;
    parts.push(part);
  }
  const bytes = new Uint8Array(end);
  parts.forEach((part, i) => {
    bytes.set(part, i === 0 ? 0 : ends[i - 1]);
  });
  return { kind: "bytes", names: packItems(names) ?? names, bytes, ends };
}

type Soon<T> = T | Promise<T>;
type Group = [name: unknown, items: unknown[]];

const namesOf = ({ names }: Pack): Soon<readonly unknown[]> =>
  names instanceof Uint8Array ? unpackItems(names) : names;

const itemsAt = (pack: Pack, at: number): Soon<readonly unknown[]> =>
  pack.kind === "lists"
    ? (pack.lists[at] as readonly unknown[])
    : unpackItems(pack.bytes.subarray(at === 0 ? 0 : pack.ends[at - 1], pack.ends[at]));

/** A group that is not yet put together: where its items lie, as numbers of packs and places in them by turns. */
interface Scattered {
  readonly name: unknown;
  readonly places: number[];
}

/** Items are put together about so many at a time: who only counts them, or adds them up, never has all of them in memory. */
const PULL_ITEMS = 4096;

/** Pairs of key and its items, each put together when it is pulled, in the order in which the keys are first met. */
export function groupFlow(parts: readonly PackedGroups[]): Soon<Flow<Group>> {
  const packs = parts.flatMap((part) => part.packs);
  const names = packs.map(namesOf);
  const known = names.some((one) => one instanceof Promise) ? Promise.all(names) : (names as (readonly unknown[])[]);
  return known instanceof Promise ? known.then((all) => flowOver(packs, all)) : flowOver(packs, known);
}

function flowOver(packs: readonly Pack[], names: readonly (readonly unknown[])[]): Flow<Group> {
  const groups = new Map<ItemKey, Scattered>();
  names.forEach((list, pack) => {
    list.forEach((name, at) => {
      const key = keyOf(name);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { name, places: [pack, at] });
      else group.places.push(pack, at);
    });
  });
  const left = groups.values();
  return new Flow((hint): Pulled<Group> => {
    const pulled: Group[] = [];
    let items = 0;
    while (pulled.length < hint && items < PULL_ITEMS) {
      const next = left.next();
      if (next.done === true) return pulled.length === 0 ? null : pulled;
      const { name, places } = next.value;
      const group: Group = [name, []];
      pulled.push(group);
      const waiting = collect(packs, places, 0, group[1]);
      // What waits ends the pull: it has all that came before it.
      if (waiting !== undefined) return waiting.then(() => pulled);
      items += group[1].length;
    }
    return pulled;
  });
}

function collect(
  packs: readonly Pack[],
  places: readonly number[],
  from: number,
  into: unknown[],
): Promise<void> | undefined {
  for (let i = from; i < places.length; i += 2) {
    const items = itemsAt(packs[places[i] as number] as Pack, places[i + 1] as number);
    if (items instanceof Promise)
      return items.then((known) => {
        append(into, known);
        return collect(packs, places, i + 2, into);
      });
    append(into, items);
  }
  return undefined;
}

function append(into: unknown[], items: readonly unknown[]): void {
  for (let i = 0; i < items.length; i++) into.push(items[i]);
}
