import * as da from "../../../../../collections/array/index.ts";
import type { Random } from "../../../../../runtime/base/random.ts";
import { BINARY, elementwise } from "../naive/elementwise.ts";
import {
  at,
  broadcastAt,
  build,
  castElement,
  type Element,
  familyOf,
  type NaiveArray,
  promoted,
  sizeOf,
} from "../naive/naive-array.ts";
import { anyAxis, counted, type Operation, pythonOf, randomCut, someAxes } from "./operation.ts";

/** An operation on one array that only says which element goes where. */
type Moved = Pick<Operation, "draw" | "lazy" | "python"> & {
  readonly shape: (args: any, shape: readonly number[]) => readonly number[];
  readonly from: (args: any, index: readonly number[], shape: readonly number[]) => readonly number[];
};
const moved = ({ shape, from, ...rest }: Moved): Operation => ({
  ...rest,
  naive: (args, x) => {
    const own = x as NaiveArray;
    return build(own.dtype, shape(args, own.shape), (index) => at(own, from(args, index, own.shape)));
  },
});

const transpose = moved({
  draw: ({ random }, x, own) => ({ operands: [own], args: { order: random.shuffle(x.shape.map((_, axis) => axis)) } }),
  shape: ({ order }, shape) => order.map((axis: number) => shape[axis]),
  from: ({ order }, index) => index.map((_, axis) => index[order.indexOf(axis)] as number),
  lazy: ({ order }, x) => (x as da.Array).transpose(order),
  python: ({ order }, x) => `np.transpose(${x}, ${pythonOf(order)})`,
});

const flip = moved({
  draw: ({ random }, x, own) => ({ operands: [own], args: { axes: someAxes(random, x.shape.length) } }),
  shape: (_, shape) => shape,
  from: ({ axes }, index, shape) => index.map((i, axis) => (axes.includes(axis) ? (shape[axis] as number) - 1 - i : i)),
  lazy: ({ axes }, x) => da.flip(x as da.Array, axes),
  python: ({ axes }, x) => `np.flip(${x}, ${pythonOf(axes)})`,
});

const roll = moved({
  draw: ({ random }, x, own) => {
    const axes = someAxes(random, x.shape.length);
    return axes.length === 0 ? null : { operands: [own], args: { axes, shift: axes.map(() => random.below(15) - 7) } };
  },
  shape: (_, shape) => shape,
  from: ({ axes, shift }, index, shape) =>
    index.map((i, axis) => {
      const n = shape[axis] as number;
      return axes.includes(axis) ? (((i - shift[axes.indexOf(axis)]) % n) + n) % n : i;
    }),
  lazy: ({ axes, shift }, x) => da.roll(x as da.Array, shift, { axis: axes }),
  python: ({ axes, shift }, x) => `np.roll(${x}, ${pythonOf(shift)}, axis=${pythonOf(axes)})`,
});

const rechunk = moved({
  draw: ({ random }, x, own) => {
    const chunks = x.shape.map((n) =>
      random.chance(0.2) ? -1 : random.chance(0.2) ? 1 + random.below(4) : randomCut(random, n),
    );
    return x.shape.length === 0 ? null : { operands: [own], args: { chunks } };
  },
  shape: (_, shape) => shape,
  from: (_, index) => index,
  lazy: ({ chunks }, x) => (x as da.Array).rechunk(chunks),
  python: (_, x) => x as string,
});

/** The place of the i-th element in row-major order. */
function unravel(i: number, shape: readonly number[]): number[] {
  let left = i;
  return [...shape]
    .reverse()
    .map((n) => {
      const here = left % n;
      left = Math.floor(left / n);
      return here;
    })
    .reverse();
}

/** Lengths whose product is a number. */
function factors(random: Random, n: number): number[] {
  if (n === 0) return random.pick([[0], [0, 3], [2, 0]]);
  const found: number[] = [];
  for (let left = n; found.length < 4 && (left > 1 || random.chance(0.3)); ) {
    const one = random.pick(Array.from({ length: left }, (_, i) => i + 1).filter((i) => left % i === 0));
    found.push(one);
    left /= one;
  }
  const rest = n / sizeOf(found);
  return rest === 1 ? found : [...found, rest];
}

const reshape = moved({
  draw: ({ random }, x, own) => {
    const to = factors(random, sizeOf(x.shape));
    const open = random.below(to.length + 1);
    const given = to.includes(0) ? to : to.map((n, axis) => (axis === open ? -1 : n));
    return { operands: [own], args: { to, given } };
  },
  shape: ({ to }) => to,
  from: ({ to }, index, shape) =>
    unravel(
      index.reduce((so, i, axis) => so * to[axis] + i, 0),
      shape,
    ),
  lazy: ({ given }, x) => (x as da.Array).reshape(given),
  python: ({ given }, x) => `${x}.reshape(${pythonOf(given)})`,
});

const expandDims = moved({
  draw: ({ random }, x, own) => ({ operands: [own], args: { axis: random.below(x.shape.length + 1) } }),
  shape: ({ axis }, shape) => [...shape.slice(0, axis), 1, ...shape.slice(axis)],
  from: ({ axis }, index) => index.filter((_, one) => one !== axis),
  lazy: ({ axis }, x) => da.expandDims(x as da.Array, axis),
  python: ({ axis }, x) => `np.expand_dims(${x}, ${axis})`,
});

const squeeze = moved({
  draw: ({ random }, x, own) => {
    const axes = x.shape.flatMap((n, axis) => (n === 1 && random.chance(0.7) ? [axis] : []));
    return axes.length === 0 ? null : { operands: [own], args: { axes } };
  },
  shape: ({ axes }, shape) => shape.filter((_, axis) => !axes.includes(axis)),
  from: ({ axes }, index, shape) => {
    let k = 0;
    return shape.map((_, axis) => (axes.includes(axis) ? 0 : (index[k++] as number)));
  },
  lazy: ({ axes }, x) => da.squeeze(x as da.Array, axes),
  python: ({ axes }, x) => `np.squeeze(${x}, ${pythonOf(axes)})`,
});

const broadcastTo: Operation = {
  draw: ({ random }, x, own) => {
    const lead = random.chance(0.4) ? [1 + random.below(3)] : [];
    return { operands: [own], args: { shape: [...lead, ...x.shape.map((n) => (n === 1 ? 1 + random.below(4) : n))] } };
  },
  naive: ({ shape }, x) => build((x as NaiveArray).dtype, shape, (index) => broadcastAt(x as NaiveArray, index)),
  lazy: ({ shape }, x) => da.broadcastTo(x as da.Array, shape),
  python: ({ shape }, x) => `np.broadcast_to(${x}, ${pythonOf(shape)})`,
};

const repeat = moved({
  draw: ({ random }, x, own) => {
    if (x.shape.length === 0) return null;
    return { operands: [own], args: { repeats: random.below(4), axis: random.below(x.shape.length) } };
  },
  shape: ({ repeats, axis }, shape) => shape.map((n, one) => (one === axis ? n * repeats : n)),
  from: ({ repeats, axis }, index) => index.map((i, one) => (one === axis ? Math.floor(i / repeats) : i)),
  lazy: ({ repeats, axis }, x) => da.repeat(x as da.Array, repeats, { axis }),
  python: ({ repeats, axis }, x) => `np.repeat(${x}, ${repeats}, axis=${axis})`,
});

const tile = moved({
  draw: ({ random }, x, own) => {
    const reps = Array.from({ length: x.shape.length + random.below(2) }, () => random.pick([0, 1, 1, 2, 2, 3]));
    return reps.length === 0 ? null : { operands: [own], args: { reps } };
  },
  shape: ({ reps }, shape) =>
    reps.map((n: number, axis: number) => n * (shape[axis - reps.length + shape.length] ?? 1)),
  from: ({ reps }, index, shape) => shape.map((n, axis) => (index[axis + reps.length - shape.length] as number) % n),
  lazy: ({ reps }, x) => da.tile(x as da.Array, reps),
  python: ({ reps }, x) => `np.tile(${x}, ${pythonOf(reps)})`,
});

const MODES = ["edge", "wrap", "reflect", "symmetric"] as const;
/** Where an element of a margin comes from. */
function margin(mode: (typeof MODES)[number], i: number, n: number): number {
  if (mode === "edge") return Math.min(Math.max(i, 0), n - 1);
  if (mode === "wrap") return ((i % n) + n) % n;
  const period = mode === "reflect" ? Math.max(1, 2 * n - 2) : 2 * n;
  const place = ((i % period) + period) % period;
  return place < n ? place : mode === "reflect" ? period - place : period - 1 - place;
}

const pad = moved({
  draw: ({ random }, x, own) => {
    if (x.shape.length === 0 || sizeOf(x.shape) === 0) return null;
    const widths = x.shape.map((n) => [random.below(Math.min(n, 3)), random.below(Math.min(n, 3))]);
    return { operands: [own], args: { widths, mode: random.pick(MODES) } };
  },
  shape: ({ widths }, shape) => shape.map((n, axis) => n + widths[axis][0] + widths[axis][1]),
  from: ({ widths, mode }, index, shape) =>
    index.map((i, axis) => margin(mode, i - widths[axis][0], shape[axis] as number)),
  lazy: ({ widths, mode }, x) => da.pad(x as da.Array, widths, { mode }),
  python: ({ widths, mode }, x) => `np.pad(${x}, ${pythonOf(widths)}, mode="${mode}")`,
});

const padConstant: Operation = {
  draw: ({ random }, x, own) => {
    const widths = x.shape.map(() => [random.below(3), random.below(3)]);
    return x.shape.length === 0 ? null : { operands: [own], args: { widths, value: random.below(2) } };
  },
  naive: ({ widths, value }, x) => {
    const { dtype, shape } = x as NaiveArray;
    const wide = shape.map((n, axis) => n + widths[axis][0] + widths[axis][1]);
    return build(dtype, wide, (index) => {
      const inner = index.map((i, axis) => i - widths[axis][0]);
      const isOut = inner.some((i, axis) => i < 0 || i >= (shape[axis] as number));
      return isOut ? castElement(value, dtype) : at(x as NaiveArray, inner);
    });
  },
  lazy: ({ widths, value }, x) => da.pad(x as da.Array, widths, { mode: "constant", constantValues: value }),
  python: ({ widths, value }, x) => `np.pad(${x}, ${pythonOf(widths)}, constant_values=${value})`,
};

const concatenate: Operation = {
  draw: (draw, x, own) => {
    if (x.shape.length === 0) return null;
    const axis = counted(anyAxis(draw.random, x.shape.length), x.shape.length);
    const shape = x.shape.map((n, one) => (one === axis ? draw.random.below(4) : n));
    const operands = draw.random.shuffle([own, draw.fresh(shape), ...(draw.random.chance(0.3) ? [own] : [])]);
    return { operands, args: { axis } };
  },
  naive: ({ axis }, ...parts) => {
    const dtype = parts.map((one) => one.dtype).reduce(promoted);
    const whole = parts.reduce((sum, one) => sum + (one.shape[axis] as number), 0);
    const shape = (parts[0] as NaiveArray).shape.map((n, one) => (one === axis ? whole : n));
    return build(dtype, shape, (index) => {
      let [i, part] = [index[axis] as number, 0];
      for (; i >= (parts[part]?.shape[axis] as number); part++) i -= parts[part]?.shape[axis] as number;
      return castElement(at(parts[part] as NaiveArray, index.with(axis, i)), dtype);
    });
  },
  lazy: (options, ...parts) => da.concatenate(parts, options),
  python: ({ axis }, ...names) => `np.concatenate([${names.join(", ")}], axis=${axis})`,
};

const stack: Operation = {
  draw: (draw, x, own) => ({
    operands: draw.random.shuffle([own, draw.fresh(x.shape)]),
    args: { axis: draw.random.below(x.shape.length + 1) },
  }),
  naive: ({ axis }, ...parts) => {
    const dtype = parts.map((one) => one.dtype).reduce(promoted);
    const { shape } = parts[0] as NaiveArray;
    return build(dtype, [...shape.slice(0, axis), parts.length, ...shape.slice(axis)], (index) =>
      castElement(
        at(
          parts[index[axis] as number] as NaiveArray,
          index.filter((_, one) => one !== axis),
        ),
        dtype,
      ),
    );
  },
  lazy: (options, ...parts) => da.stack(parts, options),
  python: ({ axis }, ...names) => `np.stack([${names.join(", ")}], axis=${axis})`,
};

const triangle: Operation = {
  draw: ({ random }, x, own) =>
    x.shape.length < 2
      ? null
      : { operands: [own], args: { name: random.pick(["tril", "triu"]), k: random.below(7) - 3 } },
  naive: ({ name, k }, x) => {
    const { dtype, shape } = x as NaiveArray;
    return build(dtype, shape, (index): Element => {
      const over = (index.at(-1) as number) - (index.at(-2) as number) - k;
      return (name === "tril" ? over <= 0 : over >= 0) ? at(x as NaiveArray, index) : castElement(0, dtype);
    });
  },
  lazy: ({ name, k }, x) => (name === "tril" ? da.tril : da.triu)(x as da.Array, { k }),
  python: ({ name, k }, x) => `np.${name}(${x}, ${k})`,
};

const diff: Operation = {
  draw: ({ random }, x, own) =>
    x.shape.length === 0 || familyOf(x.dtype) === "bool"
      ? null
      : {
          operands: [own],
          args: { n: 1 + random.below(2), axis: random.below(x.shape.length) },
        },
  naive: ({ n, axis }, x) => {
    let so = x as NaiveArray;
    for (let times = 0; times < n; times++) {
      const shape = so.shape.map((one, i) => (i === axis ? Math.max(0, one - 1) : one));
      const shifted = (by: number): NaiveArray =>
        build(so.dtype, shape, (index) =>
          at(
            so,
            index.map((i, one) => (one === axis ? i + by : i)),
          ),
        );
      so = elementwise(BINARY["subtract"] as object, shifted(1), shifted(0));
    }
    return so;
  },
  lazy: (options, x) => da.diff(x as da.Array, options),
  python: ({ n, axis }, x) => `np.diff(${x}, ${n}, axis=${axis})`,
};

const BOUNDARIES = { periodic: "wrap", reflect: "symmetric", nearest: "edge" } as const;
/** Each element and the one before it, by blocks with a halo. */
const neighbours: Operation = {
  draw: ({ random }, x, own) => {
    const axis = x.shape.findIndex((n) => n >= 3);
    const boundary = random.pick(Object.keys(BOUNDARIES));
    return axis < 0 || x.dtype === "bool" || sizeOf(x.shape) === 0
      ? null
      : { operands: [own], args: { axis, boundary, depth: 1 + random.below(2) } };
  },
  naive: ({ axis, boundary }, x) => {
    const own = x as NaiveArray;
    const mode = BOUNDARIES[boundary as "reflect"];
    const n = own.shape[axis] as number;
    const before = build(own.dtype, own.shape, (index) =>
      at(
        own,
        index.map((i, one) => (one === axis ? margin(mode, i - 1, n) : i)),
      ),
    );
    return elementwise(BINARY["add"] as object, own, before);
  },
  lazy: ({ axis, boundary, depth }, x) =>
    da.mapOverlap((block: da.NDArray) => block.add(block.roll(1, { axis })), x as da.Array, {
      depth: { [axis]: depth },
      boundary: { [axis]: boundary },
      dtype: (x as da.Array).dtype,
    }),
  python: ({ axis, boundary }, x) => `neighbours(${x}, ${axis}, "${BOUNDARIES[boundary as "reflect"]}")`,
};

export const SHAPES: Readonly<Record<string, Operation>> = {
  transpose,
  flip,
  roll,
  rechunk,
  reshape,
  expandDims,
  squeeze,
  broadcastTo,
  repeat,
  tile,
  pad,
  padConstant,
  concatenate,
  stack,
  triangle,
  diff,
  neighbours,
};
