import * as da from "../../../../../collections/array/index.ts";
import type { Random } from "../../../../../runtime/base/random.ts";
import {
  at,
  broadcastAt,
  broadcastShape,
  build,
  castElement,
  indicesOf,
  isTrue,
  type NaiveArray,
} from "../naive/naive-array.ts";
import { counted, type Operation, pythonOf } from "./operation.ts";

/** One axis' index: a place, a range, a list, booleans, a new axis. */
type Index = number | string | null | number[] | boolean[];

function anyRange(random: Random, n: number): string {
  const [start, stop] = [random.below(2 * n + 5) - n - 2, random.below(2 * n + 5) - n - 2];
  const step = random.pick([1, 1, 2, 3, -1, -2]);
  return `${random.chance(0.3) ? "" : start}:${random.chance(0.3) ? "" : stop}:${step}`;
}

/** Python's range of a slice, by its definition in words: from start, step by step, while before stop. */
export function rangeOf(text: string, n: number): number[] {
  const [first, last, by] = text.split(":");
  const step = Number(by);
  const bound = (part: string | undefined, otherwise: number): number => {
    if (part === "") return otherwise;
    const own = Number(part) < 0 ? Number(part) + n : Number(part);
    return step > 0 ? Math.min(Math.max(own, 0), n) : Math.min(Math.max(own, -1), n - 1);
  };
  const [start, stop] = [bound(first, step > 0 ? 0 : n - 1), bound(last, step > 0 ? n : -1)];
  const found: number[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) found.push(i);
  return found;
}

/** Places along an axis that an index names; a number where the axis goes. */
function placesOf(index: Index, n: number): number[] | number {
  if (typeof index === "number") return counted(index, n);
  if (typeof index === "string") return rangeOf(index, n);
  if (index === null) return [0];
  if (typeof index[0] === "boolean") return index.flatMap((on, i) => (on ? [i] : []));
  return (index as number[]).map((one) => counted(one, n));
}

function anyIndices(random: Random, shape: readonly number[], lists: boolean): Index[] {
  let isListed = !lists || random.chance(0.4);
  return shape.flatMap((n): Index[] => {
    const own = ((): Index => {
      if (!isListed && random.chance(0.4)) {
        isListed = true;
        if (random.chance(0.3) && n > 0) return Array.from({ length: n }, () => random.chance(0.5));
        return Array.from({ length: n === 0 ? 0 : random.below(6) }, () => random.below(2 * n) - n);
      }
      return n > 0 && random.chance(0.25) ? random.below(2 * n) - n : anyRange(random, n);
    })();
    return random.chance(0.08) ? [null, own] : [own];
  });
}

/** NumPy reads a list beside numbers in its own way; "oindex" takes each axis for itself. */
const oindex = (indices: Index[]): string =>
  `[${indices.map((one) => JSON.stringify(one).replaceAll("null", "None").replaceAll("true", "True").replaceAll("false", "False")).join(", ")}]`;

function got(x: NaiveArray, indices: readonly Index[]): NaiveArray {
  let axis = 0;
  const places = indices.map((one) =>
    one === null ? { axis: -1, at: [0] } : { axis, at: placesOf(one, x.shape[axis++] as number) },
  );
  const kept = places.filter((one) => typeof one.at !== "number");
  return build(
    x.dtype,
    kept.map((one) => (one.at as number[]).length),
    (index) =>
      at(
        x,
        x.shape.map((_, own) => {
          const place = places.find((one) => one.axis === own) as (typeof places)[number];
          return typeof place.at === "number" ? place.at : (place.at[index[kept.indexOf(place)] as number] as number);
        }),
      ),
  );
}

const get: Operation = {
  draw: ({ random }, x, own) =>
    x.shape.length === 0 ? null : { operands: [own], args: { indices: anyIndices(random, x.shape, true) } },
  naive: ({ indices }, x) => got(x as NaiveArray, indices),
  lazy: ({ indices }, x) => (x as da.Array).get(...indices),
  python: ({ indices }, x) => `oindex(${x}, ${oindex(indices)})`,
};

const mask: Operation = {
  isUnknown: true,
  draw: (draw, x, own) => {
    const isWide = draw.random.chance(0.5);
    if (x.shape.length === 0) return null;
    return { operands: [own, draw.fresh(isWide ? x.shape : [x.shape[0] as number], ["bool"])], args: { isWide } };
  },
  naive: ({ isWide }, x, m) => {
    const [own, on] = [x as NaiveArray, m as NaiveArray];
    if (on.shape.some((n, axis) => n !== own.shape[axis])) throw new Error("a mask of another shape");
    const rows = indicesOf(on.shape).filter((index) => isTrue(at(on, index)));
    const rest = isWide ? [] : own.shape.slice(1);
    return build(own.dtype, [rows.length, ...rest], (index) =>
      at(own, [...(rows[index[0] as number] as number[]), ...index.slice(1)]),
    );
  },
  lazy: (_, x, m) => (x as da.Array).get(m as da.Array),
  python: (_, x, m) => `${x}[${m}]`,
};

const places: Operation = {
  draw: (draw, x, own) => {
    const n = x.shape[0];
    if (n === undefined || n === 0) return null;
    const list = Array.from({ length: draw.random.below(6) }, () => draw.random.below(2 * n) - n);
    return { operands: [own], args: { list, isLazy: draw.random.chance(0.5) } };
  },
  naive: ({ list }, x) => got(x as NaiveArray, [list, ...(x as NaiveArray).shape.slice(1).map(() => "::1")]),
  lazy: ({ list, isLazy }, x) =>
    isLazy
      ? (x as da.Array).get(da.fromArray(list, { dtype: "int64", chunks: 2 }))
      : da.take(x as da.Array, list, { axis: 0 }),
  python: ({ list }, x) => `np.take(${x}, np.array(${JSON.stringify(list)}, "int64"), axis=0)`,
};

const vindex: Operation = {
  draw: ({ random }, x, own) => {
    if (x.shape.length < 2 || x.shape.includes(0)) return null;
    const count = random.below(6);
    const lists = x.shape.map((n) => Array.from({ length: count }, () => random.below(n)));
    return { operands: [own], args: { lists: lists.map((one, axis) => (axis === 2 ? null : one)) } };
  },
  naive: ({ lists }, x) => {
    const own = x as NaiveArray;
    if (own.shape.length !== lists.length) throw new Error("lists of another count");
    const rest = own.shape.filter((_, axis) => (lists[axis] ?? null) === null);
    return build(own.dtype, [lists[0].length, ...rest], (index) => {
      let k = 1;
      return at(
        own,
        own.shape.map((_, axis) =>
          (lists[axis] ?? null) === null ? (index[k++] as number) : lists[axis][index[0] as number],
        ),
      );
    });
  },
  lazy: ({ lists }, x) => (x as da.Array).vindex(...lists),
  python: ({ lists }, x) =>
    `vindex(${x}, [${lists.map((one: unknown) => (one === null ? "None" : JSON.stringify(one))).join(", ")}])`,
};

const set: Operation = {
  draw: (draw, x, own) => {
    const { random } = draw;
    const indices = anyIndices(random, x.shape, true).filter((one) => one !== null);
    // Where a place is named twice, the last of the values stays; which one that is need not be told.
    const isTwice = indices.some(
      (one, axis) =>
        Array.isArray(one) &&
        new Set(placesOf(one, x.shape[axis] as number) as number[]).size <
          (placesOf(one, x.shape[axis] as number) as number[]).length,
    );
    if (x.shape.length === 0 || isTwice) return null;
    const shape = indices.flatMap((one, axis) => {
      const found = placesOf(one, x.shape[axis] as number);
      return typeof found === "number" ? [] : [found.length];
    });
    const lead = random.chance(0.3) ? random.below(shape.length + 1) : 0;
    const value = random.chance(0.4) ? random.below(2) : null;
    const operands =
      value === null
        ? [
            own,
            draw.fresh(
              shape.slice(lead).map((n) => (random.chance(0.3) ? 1 : n)),
              [x.dtype],
            ),
          ]
        : [own];
    return { operands, args: { indices, value } };
  },
  naive: ({ indices, value }, x, y) => {
    const own = x as NaiveArray;
    const places = indices.map((one: Index, axis: number) => placesOf(one, own.shape[axis] as number));
    const kept = places.filter((one: unknown) => typeof one !== "number");
    const shape = kept.map((one: number[]) => one.length);
    if (y !== undefined && broadcastShape(y.shape, shape).join() !== shape.join())
      throw new Error("the value is too large");
    return build(own.dtype, own.shape, (index) => {
      const within = index.map((i, axis) =>
        typeof places[axis] === "number" ? (places[axis] === i ? 0 : -1) : places[axis].indexOf(i),
      );
      if (within.includes(-1)) return at(own, index);
      if (y === undefined) return castElement(value, own.dtype);
      return broadcastAt(
        y,
        within.filter((_, axis) => typeof places[axis] !== "number"),
      );
    });
  },
  lazy: ({ indices, value }, x, y) => (x as da.Array).set(indices, y ?? value),
  python: ({ indices, value }, x, y) => `assigned(${x}, ${oindex(indices)}, ${y ?? value})`,
};

const setMasked: Operation = {
  draw: (draw, x, own) => ({ operands: [own, draw.fresh(x.shape, ["bool"])], args: { value: draw.random.below(2) } }),
  naive: ({ value }, x, m) => {
    const own = x as NaiveArray;
    if (own.shape.join() !== (m as NaiveArray).shape.join()) throw new Error("a mask of another shape");
    return {
      ...own,
      data: own.data.map((one, i) =>
        isTrue((m as NaiveArray).data[i] as never) ? castElement(value, own.dtype) : one,
      ),
    };
  },
  lazy: ({ value }, x, m) => (x as da.Array).set([m as da.Array], value),
  python: ({ value }, x, m) => `np.where(${m}, np.array(${value}, ${x}.dtype), ${x})`,
};

const blocks: Operation = {
  draw: (_, x, own) => (x.shape.length === 0 ? null : { operands: [own], args: {} }),
  naive: (_, x) => x as NaiveArray,
  lazy: (_, x) => (x as da.Array).blocks(":"),
  python: (_, x) => x as string,
};

const diagonal: Operation = {
  draw: ({ random }, x, own) =>
    x.shape.length !== 2 ? null : { operands: [own], args: { offset: random.below(5) - 2 } },
  naive: ({ offset }, x) => {
    const own = x as NaiveArray;
    const rows = indicesOf(own.shape).filter(([i, j]) => (j as number) - (i as number) === offset);
    return build(own.dtype, [rows.length], ([i]) => at(own, rows[i as number] as number[]));
  },
  lazy: ({ offset }, x) => da.diagonal(x as da.Array, { offset }),
  python: ({ offset }, x) => `np.diagonal(${x}, ${pythonOf(offset)})`,
};

export const INDEXING: Readonly<Record<string, Operation>> = {
  get,
  mask,
  places,
  vindex,
  set,
  setMasked,
  blocks,
  diagonal,
};
