import { OUTGOING_MAX } from "../../actors/worker/connection-limits.ts";
import type { WorkerBrain } from "../../actors/worker/worker-brain.ts";

/** Who asks for chunks asks for something, of few at a time, and once: until a link breaks, an answer is waited for. */
export class FetchWatch {
  private readonly fail: (error: Error) => void;

  /** @param fail told of what is asked for nothing, too often, or taken though nobody waits for it */
  constructor(fail: (error: Error) => void) {
    this.fail = fail;
  }

  /** Looks at what a worker asks others for from now on. */
  watch({ id, fetches, gauge }: WorkerBrain): void {
    const { begin, again, askAgain, arrived } = fetches;
    const open = fetches["open"];
    fetches.begin = (...args) => {
      // Where memory is short, one at a time.
      const most = Math.max(open.size, gauge.pressure === "high" ? 1 : OUTGOING_MAX);
      const requests = begin.apply(fetches, args);
      for (const { peer, rows } of requests)
        if (rows.length === 0) this.fail(new Error(`${id} asks ${peer} for nothing`));
      if (open.size > most) this.fail(new Error(`${id} waits for ${open.size} answers, and may for ${most}`));
      const peers = [...open.values()].map(({ peer }) => peer);
      if (new Set(peers).size < peers.length)
        this.fail(new Error(`${id} asks one of ${peers.join(", ")} twice at once`));
      return requests;
    };
    fetches.askAgain = (peer) => {
      const before = [...open];
      askAgain.call(fetches, peer);
      for (const [transfer, one] of before) {
        const isOther = peer !== undefined && one.peer !== peer;
        if (open.has(transfer) !== isOther)
          this.fail(new Error(`${id} asks ${one.peer} again exactly if its link to ${peer ?? "all"} broke`));
      }
    };
    fetches.again = (transfer, row) => {
      const isAwaited = open.get(transfer)?.rows.has(row) === true;
      const before = fetches["wishes"].get(row);
      again.call(fetches, transfer, row);
      if ((fetches["wishes"].get(row) !== before) !== isAwaited)
        this.fail(new Error(`${id} asks for row ${row} once more exactly if it was awaited`));
    };
    fetches.arrived = (transfer, row) => {
      const isAwaited = open.get(transfer)?.rows.has(row) === true;
      const isTaken = arrived.call(fetches, transfer, row);
      if (isTaken !== isAwaited) this.fail(new Error(`${id} awaits row ${row} of an answer exactly if it takes it`));
      return isTaken;
    };
  }
}
