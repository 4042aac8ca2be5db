import type { ServerResponse } from "node:http";
import type { Observer, Watch } from "../../actors/observer/observer.ts";
import type { Clock, TimerHandle } from "../../runtime/base/clock.ts";
import { type ViewRequest, viewData } from "./views.ts";

const INTERVAL_MS = 500;
/** Pages take one part in so many of the thread's time: where they would take more, they are shown less often, down to this. */
const SHARE = 100;
const INTERVAL_MAX_MS = 2000;
/** Frames that leave in a second, over all pages: more pages are shown less often each, as browsers' drawing takes of the same machine. */
const FRAMES_PER_SECOND_MAX = 16;
/** What the scheduler has to be asked for is asked for so seldom that waiting for its answer takes one part in so many of the time. */
const ASKING_SHARE = 50;
/** Runs that are drawn for a second, over all workers. */
const RUNS_PER_SECOND_MAX = 240;
/** What a page that has just come is shown of the past. */
const RUNS_AT_FIRST_MAX = 2500;
/** A page that reads slower than this gets fewer frames, not a queue. */
const UNREAD_BYTES_MAX = 2 << 20;

interface Viewing {
  readonly request: ViewRequest;
  readonly pages: Set<ServerResponse>;
  isBusy: boolean;
  /** Not to be shown again before: its data was long in coming. */
  notBeforeMs: number;
}

/**
 * Live pages: each view is made once for all pages that show it, twice a second or less often, and sent as server-sent events.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class LiveViews {
  private readonly observer: Observer;
  private readonly clock: Clock;
  private readonly viewings = new Map<string, Viewing>();
  private readonly streams = new Set<ServerResponse>();
  private streamed = 0;
  /** What views took to be made and sent since the tick before. */
  private spentMs = 0;
  private watch: Watch | undefined;
  private timer: TimerHandle | undefined;

  constructor(observer: Observer, clock: Clock) {
    this.observer = observer;
    this.clock = clock;
  }

  /** Pages that are open. */
  get open(): number {
    return [...this.viewings.values()].reduce((sum, { pages }) => sum + pages.size, 0);
  }

  /** Sends a view to a page until it goes; with the task stream, if it wants it. */
  add(page: ServerResponse, request: ViewRequest, wantsRuns: boolean): void {
    page.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    page.write("retry: 1000\n\n");
    const name = `${request.view}\n${request.of}`;
    let viewing = this.viewings.get(name);
    if (viewing === undefined)
      this.viewings.set(name, (viewing = { request, pages: new Set(), isBusy: false, notBeforeMs: 0 }));
    const own = viewing;
    own.pages.add(page);
    this.watch ??= this.observer.watch();
    this.timer ??= this.clock.setTimer(INTERVAL_MS, () => this.tick());
    if (wantsRuns) {
      const { runs } = this.observer.brain;
      // What the other pages have yet to be sent is sent to this one with them, and not twice.
      if (this.streams.size === 0) this.streamed = runs.newest;
      send(page, "runs", { isFirst: true, runs: runs.drawn(0, RUNS_AT_FIRST_MAX, this.streamed) });
      this.streams.add(page);
    }
    void this.show(own, [page]);
    page.on("close", () => this.remove(name, own, page));
    this.wishProfile();
  }

  close(): void {
    for (const { pages } of this.viewings.values()) for (const page of pages) page.end();
    this.clock.clearTimer(this.timer);
    this.watch?.end();
  }

  private remove(name: string, viewing: Viewing, page: ServerResponse): void {
    viewing.pages.delete(page);
    this.streams.delete(page);
    if (viewing.pages.size === 0) this.viewings.delete(name);
    this.wishProfile();
    if (this.viewings.size > 0) return;
    this.clock.clearTimer(this.timer);
    this.timer = undefined;
    this.watch?.end();
    this.watch = undefined;
  }

  /** Call stacks are sampled while somebody looks at them. */
  private wishProfile(): void {
    if (this.watch !== undefined)
      this.watch.wantsProfile = [...this.viewings.values()].some(({ request }) => request.view === "profile");
  }

  /** Until the next frames. */
  private get pauseMs(): number {
    const forPagesMs = (this.open * 1000) / FRAMES_PER_SECOND_MAX;
    return Math.min(INTERVAL_MAX_MS, Math.max(INTERVAL_MS, this.spentMs * SHARE, forPagesMs));
  }

  private tick(): void {
    const { pauseMs } = this;
    this.spentMs = 0;
    this.timer = this.clock.setTimer(pauseMs, () => this.tick());
    const startMs = this.clock.now();
    const { runs } = this.observer.brain;
    if (this.streams.size > 0 && runs.newest > this.streamed)
      sendAll(this.streams, "runs", {
        isFirst: false,
        runs: runs.drawn(this.streamed, (pauseMs * RUNS_PER_SECOND_MAX) / 1000),
      });
    this.streamed = runs.newest;
    this.spentMs += this.clock.now() - startMs;
    for (const viewing of this.viewings.values())
      if (startMs >= viewing.notBeforeMs) void this.show(viewing, viewing.pages);
  }

  private async show(viewing: Viewing, pages: Iterable<ServerResponse>): Promise<void> {
    // A scheduler that does not answer is asked once, not twice a second.
    if (viewing.isBusy && pages === viewing.pages) return;
    viewing.isBusy = true;
    const startMs = this.clock.now();
    const making = viewData(this.observer, viewing.request);
    this.spentMs += this.clock.now() - startMs;
    const data = await making;
    viewing.isBusy = false;
    const madeMs = this.clock.now();
    // One frame of the busiest scheduler's pages is at most so old; a timer's lateness puts no frame off to the next.
    viewing.notBeforeMs = startMs + Math.min(INTERVAL_MAX_MS, (madeMs - startMs) * ASKING_SHARE) - INTERVAL_MS / 2;
    sendAll(pages, "view", data);
    this.spentMs += this.clock.now() - madeMs;
  }
}

function send(page: ServerResponse, event: string, data: unknown): void {
  page.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function sendAll(pages: Iterable<ServerResponse>, event: string, data: unknown): void {
  const frame = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  for (const page of pages) if (!page.destroyed && page.writableLength < UNREAD_BYTES_MAX) page.write(frame);
}
