// The frame of a report: the same pages, from what was recorded.
import { disposeCharts } from "./charts.js";
import { h, keyed, setText } from "./dom.js";
import { clock, count, duration } from "./format.js";
import * as errors from "./views/errors.js";
import * as exchange from "./views/exchange.js";
import * as graph from "./views/graph.js";
import * as logs from "./views/logs.js";
import * as memory from "./views/memory.js";
import * as profile from "./views/profile.js";
import * as status from "./views/status.js";
import * as stealing from "./views/stealing.js";
import * as system from "./views/system.js";
import * as time from "./views/time.js";
import * as worker from "./views/worker.js";
import * as workers from "./views/workers.js";

const pages = { status, graph, workers, memory, exchange, stealing, time, profile, logs, errors, system };
const recorded = JSON.parse(document.getElementById("recorded").textContent);
const main = document.getElementById("main");

/** "#worker w0" */
function route() {
  const [view = "status", ...of] = decodeURIComponent(location.hash.slice(1) || "status").split(" ");
  return { view, of: of.join(" ") };
}

/** The page's own links lead to addresses of its server; here they become parts of this document. */
function navigate(href) {
  const url = new URL(href, "http://report");
  const [, page, ...rest] = url.pathname.split("/");
  const of = decodeURIComponent(rest.join("/")) || url.searchParams.get("of") || "";
  if (page === "tasks") return;
  location.hash = of === "" ? page : `${page === "workers" ? "worker" : page} ${of}`;
}

function show() {
  const { view, of } = route();
  const data = recorded.views[of === "" ? view : `${view} ${of}`];
  disposeCharts();
  main.replaceChildren();
  if (data?.body === undefined) {
    main.append(h("p", { class: "problem" }, data?.problem?.message ?? `This report has no ${view} ${of}.`));
    return;
  }
  const page = (view === "worker" ? worker : pages[view]).mount(main, of, { navigate });
  page.takeRuns?.({ isFirst: true, runs: recorded.runs }, false);
  page.update(data.body, data.head);
  main.dataset.shown = view;
  for (const anchor of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("#nav a"))) {
    if (anchor.hash === `#${view === "worker" ? "workers" : view}`) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
}

function drawFrame() {
  const names = Object.keys(pages);
  const links = names.map((name) => h("li", {}, h("a", { href: `#${name}` }, name[0].toUpperCase() + name.slice(1))));
  document.getElementById("nav").append(h("ul", {}, ...links));
  const draw = keyed(
    document.getElementById("head"),
    ({ name }) => name,
    ({ name }) => h("div", {}, h("dd"), h("dt", {}, name)),
    (element, { value }) => setText(element.firstChild, value),
  );
  const { head } = recorded.views.status;
  draw([
    { name: "from", value: clock(recorded.startMs) },
    { name: "in all", value: duration(recorded.endMs - recorded.startMs) },
    { name: "finished", value: count(head.finished) },
    { name: "workers", value: count(head.workers) },
  ]);
}

drawFrame();
addEventListener("hashchange", show);
document.addEventListener("click", (event) => {
  const anchor = event.target instanceof Element ? event.target.closest("a[href^='/']") : null;
  if (anchor === null) return;
  event.preventDefault();
  navigate(anchor.getAttribute("href"));
});
show();
