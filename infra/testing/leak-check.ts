import { openClients } from "../../collections/futures/client-reach.ts";
import { holdProcess, systemClock } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";

export interface LeakCheckOptions {
  /** Kinds of resources that may stay, by the names that the error gives: "TCPServerWrap", "child process". */
  readonly allow?: readonly string[];
  /** What is closed is gone when the system says so: so long it may take. Milliseconds; default 5000. */
  readonly settleMs?: number;
}

/** What may be open, as text that people can look for, with how often it is there. */
type Open = Map<string, number>;

const SETTLE_MS = 5000;
const LOOK_MS = 20;
/** Standard streams that a pipe leads to, what runs at once, and requests to files, which Node's loader of modules makes too and which end by themselves. */
const PASSING = new Set(["PipeWrap", "TTYWrap", "Immediate", "FSReqCallback", "FSReqPromise"]);

/**
 * Runs work and fails if anything is left running or listening after it that was not there before: clients, threads, child
 * processes, servers and sockets, timers and files that keep the program alive.
 * @returns what the work gave
 * @throws ShoalError LEAK naming all that was left, in `details.left`; what the work throws
 * @see https://distributed.dask.org/en/stable/develop.html#writing-tests
 * @example
 * const sum = await checkLeaks(async () => {
 *   const own = await Client.local({ mode: "threads", workers: 1 });
 *   const value = await own.submit((a: number, b: number) => a + b, 1, 2).result();
 *   await own.close();
 *   return value;
 * });
 */
export async function checkLeaks<T>(work: () => Promise<T>, options: LeakCheckOptions = {}): Promise<T> {
  const check = new LeakCheck(options);
  const value = await work();
  await check.end();
  return value;
}

/** Remembers what is open, to tell later what there is more of. */
export class LeakCheck {
  private readonly before = openNow();
  private readonly options: LeakCheckOptions;

  constructor(options: LeakCheckOptions = {}) {
    this.options = options;
  }

  /** @throws ShoalError LEAK */
  async end(): Promise<void> {
    const untilMs = systemClock.now() + (this.options.settleMs ?? SETTLE_MS);
    for (let left = this.left(); left.length > 0; left = this.left()) {
      if (systemClock.now() >= untilMs) throw leak(left);
      // Held only while nobody looks: what holds the program would be seen.
      const letGo = holdProcess();
      await new Promise<void>((resolve) => systemClock.setTimer(LOOK_MS, resolve));
      letGo();
    }
  }

  private left(): string[] {
    const allowed = this.options.allow ?? [];
    return [...openNow()].flatMap(([what, count]) => {
      const more = count - (this.before.get(what) ?? 0);
      const isAllowed = allowed.some((kind) => what === kind || what.startsWith(`${kind} `));
      return more <= 0 || isAllowed ? [] : [more === 1 ? what : `${more} × ${what}`];
    });
  }
}

const leak = (left: readonly string[]): ShoalError =>
  new ShoalError(`Left open: ${left.join(", ")}; close it, or allow it by name with { allow: [...] }`, {
    code: "LEAK",
    details: { left },
  });

interface LibuvHandle {
  readonly type: string;
  readonly is_active?: boolean;
  readonly pid?: number;
  readonly localEndpoint?: { readonly port?: number } | null;
  readonly remoteEndpoint?: { readonly port?: number } | null;
}

/** What keeps the program alive, and what would go on in silence: Node's own report knows both. */
function openNow(): Open {
  const open: Open = new Map();
  const add = (what: string): void => void open.set(what, (open.get(what) ?? 0) + 1);
  const report = process.report.getReport() as unknown as {
    readonly workers: readonly unknown[];
    readonly libuv: readonly LibuvHandle[];
  };
  for (const _ of report.workers) add("thread");
  for (const handle of report.libuv) {
    if (handle.type === "process" && handle.is_active === true) add(`child process ${handle.pid}`);
    const { port } = handle.localEndpoint ?? {};
    if (handle.type !== "tcp" || port === undefined) continue;
    const { remoteEndpoint: remote } = handle;
    add(remote?.port === undefined ? `server at port ${port}` : `socket to port ${remote.port}`);
  }
  // Sockets and servers are told above, with their ports.
  for (const kind of process.getActiveResourcesInfo())
    if (!PASSING.has(kind) && !/^(TCP|Process|MessagePort)/.test(kind)) add(kind);
  for (const name of openClients()) add(`client of cluster ${name}`);
  return open;
}
