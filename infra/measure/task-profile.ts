import { writeFile } from "node:fs/promises";
import type { ProfileNode, ProfileTree } from "../../actors/observer/profile-tree.ts";
import { currentReach } from "../../collections/futures/client-reach.ts";
import type { ChartItem } from "./chart-svg.ts";

/** Time of a kind of task, as samples of its call stacks tell it. */
export interface ProfiledKind {
  /** The kind: the name of the function. */
  readonly prefix: string;
  readonly ms: number;
  readonly samples: number;
}

/** What some work gave, and where the time of its tasks went. */
export class TaskProfile<T> {
  readonly value: T;
  private readonly profile: ProfileTree;

  constructor(value: T, profile: ProfileTree) {
    this.value = value;
    this.profile = profile;
  }

  /** Kinds of tasks, the heaviest first; "" is what workers did beside tasks. */
  get kinds(): readonly ProfiledKind[] {
    return this.profile.totals;
  }

  /** Call stacks laid over each other, from the outermost frame on: of one kind of task, or of all. Milliseconds. */
  tree(prefix?: string): ProfileNode {
    return this.profile.tree(prefix);
  }

  /** The heaviest line of calls, from the outermost on: where to look first. */
  heaviest(prefix?: string): string[] {
    const names: string[] = [];
    for (let node = this.tree(prefix).children[0]; node !== undefined; node = node.children[0]) names.push(node.name);
    return names;
  }

  /** A flame graph as SVG: callers below, those that they call above them, as wide as their time. @param path where to write it as well */
  async plot(path?: string, prefix?: string): Promise<string> {
    const { chartSvg } = await import("./chart-svg.ts");
    const frames = framesOf(this.tree(prefix), 0, 0);
    const depth = Math.max(0, ...frames.map(({ value }) => value[2])) + 1;
    const svg = await chartSvg(flameOption(frames, depth), { width: 1100, height: 120 + depth * ROW_HEIGHT });
    if (path !== undefined) await writeFile(path, svg);
    return svg;
  }
}

/**
 * Runs work on the cluster of the innermost open client and samples the call stacks of its workers meanwhile, two hundred times a
 * second, with V8's own profiler.
 * @throws ShoalError CLOSED if no client is open; what the work throws
 * @see https://distributed.dask.org/en/stable/diagnosing-performance.html#statistical-profiling
 * @example
 * const profile = await getProfile(() => client.submit((n: number) => n + 1, 41).result());
 * profile.value; // 42
 */
export async function getProfile<T>(work: () => Promise<T>): Promise<TaskProfile<T>> {
  const { cluster } = currentReach();
  const { recordedWork } = await import("../report/recorded-work.ts");
  return recordedWork(cluster, work, (value, recording) => new TaskProfile(value, recording.profile));
}

const ROW_HEIGHT = 22;

/** A frame's place: from and to in milliseconds, its depth, its name. */
interface FlameFrame {
  readonly name: string;
  readonly value: readonly [fromMs: number, toMs: number, depth: number];
}

function framesOf({ name, ms, children }: ProfileNode, fromMs: number, depth: number): FlameFrame[] {
  const frames: FlameFrame[] = [{ name, value: [fromMs, fromMs + ms, depth] }];
  let at = fromMs;
  for (const child of children) {
    frames.push(...framesOf(child, at, depth + 1));
    at += child.ms;
  }
  return frames;
}

const flameOption = (frames: readonly FlameFrame[], depth: number): object => ({
  title: { text: "Profile of tasks" },
  grid: { top: 50, left: 24, right: 24, bottom: 48 },
  xAxis: { type: "value", name: "milliseconds", nameLocation: "middle", nameGap: 28, min: 0 },
  yAxis: { type: "value", show: false, min: 0, max: depth },
  series: [{ type: "custom", encode: { x: [0, 1], y: 2 }, renderItem: drawFrame, data: frames }],
});

function drawFrame({ dataIndexInside }: { dataIndexInside: number }, api: ChartItem): object {
  const [x, y] = api.coord([api.value(0), api.value(2) + 1]);
  const [end, below] = api.coord([api.value(1), api.value(2)]);
  // Neighbours are told apart by their tone.
  const fill = dataIndexInside % 2 === 0 ? "#e8824a" : "#f2b179";
  return { type: "rect", shape: { x, y, width: Math.max(0.5, end - x), height: below - y - 1 }, style: { fill } };
}
