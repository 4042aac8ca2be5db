import { type Profiler, Session } from "node:inspector/promises";
import type { ProfileEntry } from "../../runtime/protocol/events.ts";
import { callsTasks, frameText } from "./frame-text.ts";
import type { StackSampler } from "./worker-reporter.ts";

const SAMPLE_INTERVAL_US = 5000;
const FRAMES_MAX = 60;
const ENTRIES_MAX = 400;
const NOT_RUNNING = new Set(["(idle)", "(root)"]);

/**
 * Samples this thread's call stacks with V8's own profiler, two hundred times a second.
 * @see https://distributed.dask.org/en/stable/diagnosing-performance.html#statistical-profiling
 */
export class InspectorSampler implements StackSampler {
  private readonly nowMs: () => number;
  private session: Session | undefined;

  /** @param nowMs the worker's clock */
  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  start(): void {
    const session = new Session();
    session.connect();
    this.session = session;
    void this.begin(session);
  }

  stop(): void {
    this.session?.disconnect();
    this.session = undefined;
  }

  async take(kindAt: (atMs: number) => string): Promise<readonly ProfileEntry[]> {
    const { session } = this;
    if (session === undefined) return [];
    try {
      const { profile } = await session.post("Profiler.stop");
      if (this.session === session) await session.post("Profiler.start");
      // The profiler counts microseconds of the machine's monotone clock; the worker's clock has another zero.
      const offsetMs = this.nowMs() - Number(process.hrtime.bigint()) / 1e6;
      return entriesOf(profile, (us) => kindAt(us / 1000 + offsetMs));
    } catch {
      // The session was ended meanwhile, or another tool profiles this thread.
      return [];
    }
  }

  private async begin(session: Session): Promise<void> {
    try {
      await session.post("Profiler.enable");
      await session.post("Profiler.setSamplingInterval", { interval: SAMPLE_INTERVAL_US });
      await session.post("Profiler.start");
    } catch {
      this.stop();
    }
  }
}

/** A profile as call stacks by kind of task, the heaviest first. @param kindAt by the profiler's microseconds */
export function entriesOf(profile: Profiler.Profile, kindAt: (us: number) => string): ProfileEntry[] {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
  const stacks = new Map<number, Stack | undefined>();
  const entries = new Map<string, { prefix: string; stack: readonly string[]; samples: number; ms: number }>();
  let us = profile.startTime;
  profile.samples?.forEach((id, i) => {
    const deltaUs = profile.timeDeltas?.[i] ?? 0;
    us += deltaUs;
    if (!stacks.has(id)) stacks.set(id, stackOf(id, nodes, parents));
    const stack = stacks.get(id);
    if (stack === undefined) return;
    const prefix = stack.isTask ? kindAt(us) : "";
    const name = `${prefix}\n${id}`;
    const entry = entries.get(name) ?? { prefix, stack: stack.frames, samples: 0, ms: 0 };
    entry.samples += 1;
    entry.ms += Math.max(0, deltaUs) / 1000;
    entries.set(name, entry);
  });
  return [...entries.values()].sort((a, b) => b.samples - a.samples).slice(0, ENTRIES_MAX);
}

interface Stack {
  /** From the outermost on; those that call tasks are left out. */
  readonly frames: readonly string[];
  readonly isTask: boolean;
}

/** Undefined while the thread does nothing. */
function stackOf(
  leaf: number,
  nodes: ReadonlyMap<number, Profiler.ProfileNode>,
  parents: ReadonlyMap<number, number>,
): Stack | undefined {
  const frames: Profiler.ProfileNode["callFrame"][] = [];
  let isTask = false;
  for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
    const { callFrame } = nodes.get(id) as Profiler.ProfileNode;
    isTask = callsTasks(callFrame.url);
    if (isTask) break;
    frames.push(callFrame);
  }
  if (NOT_RUNNING.has(frames[0]?.functionName ?? "")) return undefined;
  const shown = frames.reverse().filter(({ functionName }) => functionName !== "(root)");
  return { frames: shown.slice(0, FRAMES_MAX).map(textOf), isTask };
}

const textOf = ({ functionName, url, lineNumber }: Profiler.ProfileNode["callFrame"]): string =>
  frameText(functionName, url, lineNumber + 1);
