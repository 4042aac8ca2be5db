import type { IncomingMessage, ServerResponse } from "node:http";
import type { Observer } from "../../actors/observer/observer.ts";
import type { StateFigures } from "../../actors/scheduler/figures.ts";
import { schedulerTaskChart } from "../../actors/scheduler/scheduler-state.ts";
import type { WorkerScale } from "../../collections/futures/spawner.ts";
import { clusterMetrics } from "../metrics/cluster-metrics.ts";
import { metricsText } from "../metrics/metrics-text.ts";
import { assetText, findAsset } from "./assets.ts";
import { answerControl, isControl } from "./control-routes.ts";
import type { LiveViews } from "./live-views.ts";
import { findPane, type Pane, paneList } from "./panes.ts";
import { pageNames, viewData, viewNames } from "./views.ts";

/** What routes have of the server. */
export interface PageParts {
  readonly observer: Observer;
  readonly live: LiveViews;
  /** In front of every path, where a proxy has it: "/shoal"; "" for none. */
  readonly prefix: string;
  /** Whoever has it may have workers leave; without one nobody may. */
  readonly token: string | undefined;
  /** The cluster's workers, where they are of this very program. */
  readonly workers: WorkerScale | undefined;
}

type Route = (parts: PageParts, url: URL, response: ServerResponse) => void | Promise<void>;

/** Pages are drawn in the browser: all of them are the same document. */
const PAGES: readonly string[] = ["/", ...pageNames.map((name) => `/${name}`)];

const routes: Readonly<Record<string, Route>> = {
  "/live": ({ live }, url, response) => {
    const view = url.searchParams.get("view") ?? "";
    if (!viewNames.includes(view))
      return notFound(response, `There is no view "${view}"; there are ${viewNames.join(", ")}`);
    live.add(response, { view, of: url.searchParams.get("of") ?? "" }, url.searchParams.get("runs") === "1");
  },
  "/key": async ({ observer }, url, response) => {
    const [row, attempt] = [Number(url.searchParams.get("row")), Number(url.searchParams.get("attempt"))];
    json(response, await observer.askScheduler({ type: "keyOf", row, attempt }).catch(problemOf));
  },
  "/health": (_, __, response) => text(response, 200, "ok\n"),
  "/ready": async ({ observer }, _, response) => {
    const isThere = await observer.askScheduler({ type: "whoAreYou" }).then(
      () => true,
      () => false,
    );
    text(response, isThere ? 200 : 503, isThere ? "ready\n" : `no scheduler of ${observer.subjects.cluster} answers\n`);
  },
  "/metrics": ({ observer }, _, response) => metrics(observer, response),
  "/json/identity.json": async ({ observer }, _, response) =>
    json(response, await observer.askScheduler({ type: "whoAreYou" }).catch(problemOf)),
  "/json/counts.json": async ({ observer }, _, response) =>
    json(response, await observer.askScheduler({ type: "status" }).catch(problemOf)),
  "/json/lifecycle.json": (_, __, response) => json(response, taskLifecycle()),
  // Whoever embeds panes may read where they are; what they show only their own pages may.
  "/individual-plots.json": ({ prefix, token }, _, response) => {
    response.setHeader("access-control-allow-origin", "*");
    json(response, paneList(prefix, token !== undefined));
  },
  "/sitemap.json": (_, __, response) => json(response, { paths: [...PAGES, ...Object.keys(routes)] }),
};

/**
 * Answers a request for a page, a file of it, or data, with the prefix or without: some proxies take it away. Nothing here changes anything,
 * but for {@link answerControl}.
 */
export async function answerRequest(
  parts: PageParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(withoutPrefix(request.url ?? "/", parts.prefix), "http://page");
  const { pathname } = url;
  if (isControl(pathname)) {
    const { status, body } = await answerControl(request, { ...parts, pathname });
    return json(response, body, status);
  }
  if (request.method !== "GET" && request.method !== "HEAD") return text(response, 405, "Only GET is answered here\n");
  const route = routes[pathname];
  if (route !== undefined) return route(parts, url, response);
  if (pathname.startsWith("/api/")) return api(parts.observer, url, response);
  if (pathname.startsWith("/assets/")) return asset(pathname.slice("/assets/".length), response);
  const pane = findPane(pathname);
  if (pane !== undefined) return document(parts.prefix, response, pane);
  const isPage = PAGES.includes(pathname) || /^\/(workers|tasks)\/./.test(pathname);
  return isPage ? document(parts.prefix, response) : notFound(response, `There is no page ${pathname}`);
}

/** Asked anew at each scrape: a scheduler that does not answer is a scrape that fails, as Prometheus wants it. */
async function metrics(observer: Observer, response: ServerResponse): Promise<void> {
  try {
    const [figures, activities] = await Promise.all([
      observer.askScheduler({ type: "figures" }) as Promise<StateFigures>,
      observer.activities(),
    ]);
    response.writeHead(200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
      "cache-control": "no-store",
    });
    response.end(metricsText(clusterMetrics(figures, observer.brain, activities)));
  } catch (error) {
    text(response, 503, `The scheduler of ${observer.subjects.cluster} does not answer: ${(error as Error).message}\n`);
  }
}

/** The chart that every task goes through, as the scheduler runs it. */
function taskLifecycle(): unknown {
  const { states, events } = schedulerTaskChart;
  const edges = states.flatMap((from, state) =>
    events.flatMap((event, at) =>
      schedulerTaskChart.kind(state, at) === "transition"
        ? [{ from, event, to: states[schedulerTaskChart.next(state, at)] }]
        : [],
    ),
  );
  return { states, edges };
}

/** A view once, as JSON: `/api/status`, `/api/worker?of=w0`. It is watched for a moment, so that there is something to see. */
async function api(observer: Observer, url: URL, response: ServerResponse): Promise<void> {
  const view = url.pathname.slice("/api/".length);
  if (!viewNames.includes(view))
    return notFound(response, `There is no view "${view}"; there are ${viewNames.join(", ")}`);
  const watch = observer.watch(view === "profile");
  try {
    json(response, await viewData(observer, { view, of: url.searchParams.get("of") ?? "" }));
  } finally {
    watch.end();
  }
}

function withoutPrefix(url: string, prefix: string): string {
  const isBelow = url.startsWith(prefix) && /^(?:[/?]|$)/.test(url.slice(prefix.length));
  const rest = isBelow ? url.slice(prefix.length) : url;
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/** The document of all pages, its paths with the prefix; of a pane alone. */
async function document(prefix: string, response: ServerResponse, pane?: Pane): Promise<void> {
  const alone = pane === undefined ? "" : `data-view="${pane.view}" data-card="${pane.card ?? ""}" `;
  const page = (await assetText("index.html"))
    .replace("<html ", `<html data-prefix="${prefix}" ${alone}`)
    .replace(/(href|src)="\//g, `$1="${prefix}/`);
  response.writeHead(200, { ...PAGE_HEADERS, "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" });
  response.end(page);
}

const PAGE_HEADERS = {
  "content-security-policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
};

async function asset(path: string, response: ServerResponse): Promise<void> {
  const found = await findAsset(path);
  if (found === undefined) return notFound(response, `There is no file ${path}`);
  const isFixed = path.startsWith("vendor/");
  response.writeHead(200, {
    "content-type": found.type,
    "cache-control": isFixed ? "max-age=86400" : "no-cache",
    ...PAGE_HEADERS,
  });
  response.end(found.bytes);
}

const problemOf = (error: unknown): unknown => ({
  problem: { code: (error as { code?: string }).code ?? "FAILED", message: (error as Error).message },
});

function json(response: ServerResponse, data: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(data));
}

function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  response.end(body);
}

const notFound = (response: ServerResponse, reason: string): void => text(response, 404, `${reason}\n`);
