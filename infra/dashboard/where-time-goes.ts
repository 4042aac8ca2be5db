import type { Observer } from "../../actors/observer/observer.ts";
import type { SpanFigures } from "../../actors/scheduler/work-spans.ts";
import type { ActivityFigures } from "../../runtime/base/activity-meter.ts";

/** An activity over all workers, and what of it was for one kind of task and span. */
type ActivitySum = Omit<ActivityFigures, "worker">;

/** Lines that are shown; a table of more is read by a program, with `client.getActivities()`. */
const LINES_MAX = 100;

/** Where the time and bytes of workers went since they began: by activity, by kind and span, and by span alone. */
export interface WhereTimeGoes {
  readonly activities: readonly ActivitySum[];
  readonly functions: readonly ActivitySum[];
  readonly spans: readonly SpanFigures[];
}

/** Asked for while a page shows it. @throws what the scheduler answers */
export async function whereTimeGoes(observer: Observer): Promise<WhereTimeGoes> {
  const [all, { spans }] = await Promise.all([
    observer.activities(),
    observer.askScheduler({ type: "spans" }) as Promise<{ spans: SpanFigures[] }>,
  ]);
  return {
    activities: sums(all.map((one) => ({ ...one, kind: "", span: "" }))),
    functions: sums(all.filter(({ context }) => context === "execute")),
    spans: [...spans].sort((a, b) => a.lastAgoMs - b.lastAgoMs).slice(0, LINES_MAX),
  };
}

/** Over all workers, the longest first. */
function sums(all: readonly ActivityFigures[]): ActivitySum[] {
  const byName = new Map<string, ActivitySum>();
  for (const { worker: _, ...one } of all) {
    if (one.count === 0 && one.seconds === 0) continue;
    const name = JSON.stringify([one.context, one.activity, one.kind, one.span]);
    const { seconds = 0, bytes = 0, count = 0 } = byName.get(name) ?? {};
    byName.set(name, {
      ...one,
      seconds: seconds + one.seconds,
      bytes: bytes + one.bytes,
      count: count + one.count,
    });
  }
  return [...byName.values()].sort((a, b) => b.seconds - a.seconds).slice(0, LINES_MAX);
}
