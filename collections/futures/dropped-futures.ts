import type { ClientSession } from "../../actors/client/client-session.ts";
import { systemClock } from "../../runtime/base/clock.ts";

/** Results that nobody can ask for any more: neighbouring handles of one session. */
export interface DroppedRun {
  readonly session: ClientSession;
  /** The first handle; calls that have not left yet leave now. */
  handle(): number;
  readonly count: number;
}

const RELEASED_AT_ONCE = 2048;

/** A collection finds all futures at once that were dropped since the last one, which may be millions. */
const dropped: DroppedRun[] = [];

/** Lets results go, soon: no turn is long because many were dropped. */
export function letGo(run: DroppedRun): void {
  if (dropped.push(run) === 1) systemClock.setTimer(0, releaseSome);
}

function releaseSome(): void {
  for (let room = RELEASED_AT_ONCE; room > 0 && dropped.length > 0; ) {
    const run = dropped.pop() as DroppedRun;
    const { session, count } = run;
    const first = run.handle();
    const now = Math.min(count, room);
    session.release(first, now);
    room -= now;
    if (now < count) dropped.push({ session, handle: () => first + now, count: count - now });
  }
  if (dropped.length > 0) systemClock.setTimer(0, releaseSome);
}
