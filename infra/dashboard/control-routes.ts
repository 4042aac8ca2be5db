import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Observer } from "../../actors/observer/observer.ts";
import type { Demand } from "../../actors/scheduler/demand.ts";
import type { StateFigures } from "../../actors/scheduler/figures.ts";
import type { WorkerScale } from "../../collections/futures/spawner.ts";
import { ShoalError } from "../../runtime/base/errors.ts";

/** What a request for `/api/v1` is answered with. */
export interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What routes have of the page. */
interface ControlParts {
  readonly observer: Observer;
  /** Whoever has it may change something; without one nobody may. */
  readonly token: string | undefined;
  /** The cluster's workers, where they are of this very program. */
  readonly workers: WorkerScale | undefined;
}

type Route = (parts: ControlParts, body: unknown) => Promise<ControlAnswer>;

const PREFIX = "/api/v1/";
/** Work that is open should be done in so long: what `wanted` of `adaptive_target` goes by. */
const TARGET_US = 5e6;
const BODY_BYTES_MAX = 65_536;

const reads: Readonly<Record<string, Route>> = {
  get_workers: async ({ observer }) => ok({ workers: (await figuresOf(observer)).workers }),
  adaptive_target: async ({ observer }) => ok(await demandOf(observer)),
  check_idle: async ({ observer }) => {
    const { tasks, submissions } = await figuresOf(observer);
    const open = ["waiting", "ready", "assigned", "processing", "racing", "resting"].reduce(
      (sum, state) => sum + (tasks[state] ?? 0),
      0,
    );
    return ok({ isIdle: open === 0, open, submissions });
  },
  controls: async ({ token, workers }) => ok({ changes: token !== undefined, scales: workers !== undefined }),
};

const changes: Readonly<Record<string, Route>> = {
  scale: async ({ workers }, body) => {
    if (workers === undefined)
      return refused(
        409,
        "This program did not start the workers: start and stop them where they run (shoal worker --adapt), or have some leave with retire_workers",
      );
    const n = countIn(body, '{ "n": 4 }');
    await workers.scale(n);
    return ok({ n });
  },
  retire_workers: async ({ observer }, body) => {
    const workers = await chosen(observer, body);
    if (workers.length === 0) return ok({ workers });
    const answer = (await observer.askScheduler({ type: "retire", workers })) as { stays?: unknown };
    return { status: 202, body: { workers, stays: answer.stays ?? {} } };
  },
};

export const isControl = (pathname: string): boolean => pathname.startsWith(PREFIX);

/**
 * What operators of clusters ask: workers, how many are wanted, whether anything is open; and, with the token, that workers leave in
 * order, or that there are so many. What changes something is a POST with `authorization: Bearer TOKEN`; without a token here, nothing can be changed.
 * @see https://distributed.dask.org/en/stable/http_services.html
 */
export async function answerControl(
  request: IncomingMessage,
  parts: ControlParts & { readonly pathname: string },
): Promise<ControlAnswer> {
  const { pathname, token } = parts;
  const name = pathname.slice(PREFIX.length);
  const isChange = Object.hasOwn(changes, name);
  const route = isChange ? changes[name] : Object.hasOwn(reads, name) ? reads[name] : undefined;
  if (route === undefined) {
    const names = [...Object.keys(reads), ...Object.keys(changes)].join(", ");
    return refused(404, `There is no ${pathname}; there are ${names}`);
  }
  if (isChange && request.method !== "POST") return refused(405, `${pathname} is asked with POST`);
  if (isChange && token === undefined)
    return refused(403, "This page changes nothing: start it with a token in SHOAL_PAGE_TOKEN, or page: { token }");
  if (isChange && !isBearer(request.headers.authorization, token as string))
    return refused(401, "authorization: Bearer TOKEN is wanted, with the token of this page");
  if (!isChange && request.method !== "GET") return refused(405, `${pathname} is asked with GET`);
  try {
    return await route(parts, isChange ? await bodyOf(request) : undefined);
  } catch (error) {
    return refused(statusOf(error), (error as Error).message);
  }
}

const ok = (body: unknown): ControlAnswer => ({ status: 200, body });
const refused = (status: number, message: string): ControlAnswer => ({ status, body: { problem: { message } } });

function statusOf(error: unknown): number {
  if (error instanceof TypeError || error instanceof SyntaxError) return 400;
  const { code } = error as { code?: string };
  return code === "UNKNOWN_KEY" ? 404 : code === "NO_RESPONDERS" || code === "TIMEOUT" ? 503 : 500;
}

/** As hashes, which are of one length: neither its length nor its beginning can be guessed by time. */
function isBearer(header: string | undefined, token: string): boolean {
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(header ?? ""), hash(`Bearer ${token}`));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > BODY_BYTES_MAX) throw new TypeError(`A request has at most ${BODY_BYTES_MAX} bytes`);
    parts.push(part as Buffer);
  }
  return JSON.parse(Buffer.concat(parts).toString("utf8"));
}

/** `{ workers: [names] }`, or `{ n }`: so many of those that cost least to let go. */
async function chosen(observer: Observer, body: unknown): Promise<readonly string[]> {
  const { workers, n } = (body ?? {}) as { workers?: unknown; n?: unknown };
  if (Array.isArray(workers) && workers.every((one) => typeof one === "string")) {
    const known = new Set((await figuresOf(observer)).workers.map(({ id }) => id));
    const unknown = workers.filter((one) => !known.has(one));
    if (unknown.length === 0) return workers;
    throw new ShoalError(`No worker ${unknown.join(" or ")} is in the cluster`, { code: "UNKNOWN_KEY" });
  }
  const count = countIn({ n }, '{ "workers": ["w0-…"] } or { "n": 2 }');
  return (await demandOf(observer)).spare.slice(0, count);
}

/** @throws TypeError saying what the request is */
function countIn(body: unknown, expected: string): number {
  const { n } = (body ?? {}) as { n?: unknown };
  if (!Number.isInteger(n) || (n as number) < 0) throw new TypeError(`The request is ${expected}`);
  return n as number;
}

const figuresOf = async (observer: Observer): Promise<StateFigures> =>
  (await observer.askScheduler({ type: "figures" })) as StateFigures;

const demandOf = async (observer: Observer): Promise<Demand> =>
  (await observer.askScheduler({ type: "demand", targetUs: TARGET_US })) as Demand;
