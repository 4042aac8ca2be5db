import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { broadcasted, type Chunk, viewOf } from "../chunk.ts";
import type { AxisIndex } from "../indexer.ts";
import { assign, materialize, Pending, type Source } from "./pending.ts";
import { owned } from "./views.ts";

/** What an index chooses of one block: places in it, and which elements of the value go there. */
type Part =
  | {
      readonly kind: "run";
      readonly start: number;
      readonly step: number;
      readonly count: number;
      readonly from: number;
    }
  | { readonly kind: "points"; readonly points: readonly (readonly [at: number, from: number])[] };

/** One block with the chosen elements replaced by those of the value. */
export function setBlock(indices: readonly AxisIndex[], location: BlockLocation, source: Source, value: Source): Chunk {
  const parts = indices.map((index, axis) =>
    partOfIndex(index, location.start[axis] as number, location.shape[axis] as number),
  );
  if (parts.some((part) => (part.kind === "run" ? part.count : part.points.length) === 0)) return materialize(source);
  const out = owned(source);
  if (value instanceof Pending && fillsRuns(parts, value.shape)) {
    const target = parts.reduce<Chunk>(
      (so, part, axis) => (part.kind === "run" ? narrow(so, axis, part.start, part.step, part.count) : so),
      out,
    );
    assign(target, value);
    return out;
  }
  const shape = indices.flatMap((index) => (index.kind === "at" ? [] : [index.kind === "whole" ? -1 : countOf(index)]));
  const whole = wholeShape(shape, indices, materialize(value));
  place(out, whole, parts, indices);
  return out;
}

/** Whether a value goes as it is to a box of the block: then it need not be written out first. */
const fillsRuns = (parts: readonly Part[], shape: readonly number[]): boolean =>
  parts.length === shape.length &&
  parts.every((part, axis) => part.kind === "run" && part.from === 0 && part.count === shape[axis]);

const countOf = (index: AxisIndex): number =>
  index.kind === "range" ? index.count : index.kind === "list" ? index.positions.length : 1;

/** The value broadcast to what it replaces; whole axes take the length the value has there, or stay at zero stride. */
function wholeShape(shape: readonly number[], indices: readonly AxisIndex[], value: Chunk): Chunk {
  const trimmed = value.shape.length > shape.length ? dropLeading(value, value.shape.length - shape.length) : value;
  const lead = shape.length - trimmed.shape.length;
  const kept = indices.filter((index) => index.kind !== "at");
  const wanted = shape.map((n, axis) => {
    const own = axis < lead ? 1 : (trimmed.shape[axis - lead] as number);
    return kept[axis]?.kind === "whole" ? own : n;
  });
  return broadcasted(trimmed, wanted);
}

const dropLeading = (chunk: Chunk, count: number): Chunk =>
  viewOf(chunk, chunk.shape.slice(count), chunk.strides.slice(count));

function partOfIndex(index: AxisIndex, start: number, size: number): Part {
  switch (index.kind) {
    case "whole":
      return { kind: "run", start: 0, step: 1, count: size, from: start };
    case "at": {
      const at = index.at - start;
      return { kind: "run", start: at, step: 1, count: at >= 0 && at < size ? 1 : 0, from: 0 };
    }
    case "range": {
      const { step } = index;
      const low = step > 0 ? (start - index.start) / step : (start + size - 1 - index.start) / step;
      const high = step > 0 ? (start + size - 1 - index.start) / step : (start - index.start) / step;
      const first = Math.max(0, Math.ceil(low));
      const last = Math.min(index.count - 1, Math.floor(high));
      return {
        kind: "run",
        start: index.start + first * step - start,
        step,
        count: Math.max(0, last - first + 1),
        from: first,
      };
    }
    case "list":
      return {
        kind: "points",
        points: Array.from(index.positions, (at, from) => [at - start, from] as const).filter(
          ([at]) => at >= 0 && at < size,
        ),
      };
  }
}

function place(out: Chunk, value: Chunk, parts: readonly Part[], indices: readonly AxisIndex[]): void {
  const walk = (axis: number, target: Chunk, source: Chunk, valueAxis: number): void => {
    if (axis === parts.length) {
      assign(target, source);
      return;
    }
    const part = parts[axis] as Part;
    const drops = (indices[axis] as AxisIndex).kind === "at";
    if (part.kind === "run") {
      const to = narrow(target, axis, part.start, part.step, part.count);
      walk(
        axis + 1,
        to,
        drops ? insertAxis(source, valueAxis) : narrowValue(source, valueAxis, part.from, part.count),
        valueAxis + 1,
      );
      return;
    }
    for (const [at, from] of part.points)
      walk(axis + 1, narrow(target, axis, at, 1, 1), narrowValue(source, valueAxis, from, 1), valueAxis + 1);
  };
  walk(0, out, value, 0);
}

function narrow(chunk: Chunk, axis: number, start: number, step: number, count: number): Chunk {
  const shape = chunk.shape.map((n, k) => (k === axis ? count : n));
  const strides = chunk.strides.map((one, k) => (k === axis ? one * step : one));
  return viewOf(chunk, shape, strides, chunk.offset + start * (chunk.strides[axis] as number));
}

/** A part of the value; where it has one element for the whole axis, that one. */
const narrowValue = (chunk: Chunk, axis: number, from: number, count: number): Chunk =>
  chunk.shape[axis] === 1
    ? viewOf(
        chunk,
        chunk.shape.map((n, k) => (k === axis ? count : n)),
        chunk.strides.map((one, k) => (k === axis ? 0 : one)),
      )
    : narrow(chunk, axis, from, 1, count);

const insertAxis = (chunk: Chunk, axis: number): Chunk =>
  viewOf(
    chunk,
    [...chunk.shape.slice(0, axis), 1, ...chunk.shape.slice(axis)],
    [...chunk.strides.slice(0, axis), 0, ...chunk.strides.slice(axis)],
  );
