// The frame: which page is shown, what stands above it, keys.
import { disposeCharts, redrawCharts } from "./charts.js";
import { h, keyed, setText } from "./dom.js";
import { count, rate } from "./format.js";
import { follow } from "./live.js";
import { at, pathOf } from "./place.js";

const pages = [
  { group: "Now", name: "status", title: "Status" },
  { group: "Now", name: "graph", title: "Graph" },
  { group: "Now", name: "workers", title: "Workers" },
  { group: "Data", name: "memory", title: "Memory" },
  { group: "Data", name: "exchange", title: "Exchange" },
  { group: "Data", name: "stealing", title: "Stealing" },
  { group: "Time", name: "time", title: "Time" },
  { group: "Time", name: "profile", title: "Profile" },
  { group: "Records", name: "logs", title: "Log" },
  { group: "Records", name: "errors", title: "Errors" },
  { group: "Records", name: "system", title: "System" },
];
const main = document.getElementById("main");
const byId = (id) => document.getElementById(id);
/** A pane alone, embedded somewhere: nothing stands around it, and what it leads to opens beside it. */
const { view: aloneView, card: aloneCard } = document.documentElement.dataset;
const isAlone = aloneView !== undefined;
let shown;
let isPaused = false;
let link = "there";
let last;

function route() {
  if (isAlone) return { view: aloneView, of: new URLSearchParams(location.search).get("of") ?? "", nav: aloneView };
  const [, page = "status", ...rest] = (pathOf(location.pathname) ?? "/").split("/");
  const of = decodeURIComponent(rest.join("/"));
  if (page === "workers" && of !== "") return { view: "worker", of, nav: "workers" };
  if (page === "tasks" && of !== "") return { view: "task", of, nav: "graph" };
  const known = pages.some(({ name }) => name === page) ? page : "status";
  return { view: known, of: new URLSearchParams(location.search).get("of") ?? "", nav: known };
}

async function show() {
  const to = route();
  shown?.leave();
  disposeCharts();
  const { mount } = await import(`./views/${to.view}.js`);
  main.replaceChildren();
  const page = mount(main, to.of, { navigate, canChange: !isAlone || aloneCard === "scale" });
  if (aloneCard) main.replaceChildren(main.querySelector(`[aria-labelledby="c-${aloneCard}"]`));
  const problem = h("p", { class: "problem", role: "status", hidden: true });
  main.append(problem);
  const title = pages.find(({ name }) => name === to.nav)?.title ?? "Shoal";
  document.title = `${to.of === "" ? title : to.of} · Shoal`;
  for (const anchor of byId("nav").querySelectorAll("a")) {
    if (anchor.dataset.page === to.nav) {
      anchor.setAttribute("aria-current", "page");
      // On narrow screens the pages stand in a row that is longer than the screen.
      anchor.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else anchor.removeAttribute("aria-current");
  }
  const take = (data) => {
    last = data;
    tellHead(data.head);
    if (isPaused) return;
    problem.hidden = data.problem === undefined;
    if (data.problem !== undefined) setText(problem, sayProblem(data.problem));
    else page.update(data.body, data.head);
    main.dataset.shown = to.view;
  };
  const takeRuns = (frame) => page.takeRuns?.(frame, isPaused);
  const leave = follow(
    { view: to.view, of: to.of, wantsRuns: page.takeRuns !== undefined },
    { take, takeRuns, tellLink: (state) => tellLink(state) },
  );
  shown = { leave };
}

function sayProblem({ code, message }) {
  if (code === "UNKNOWN_KEY") return `${message}. Tasks are forgotten when nobody needs their results any more.`;
  if (code === "NO_RESPONDERS" || code === "TIMEOUT")
    return "No scheduler answers; this page shows what there is as soon as one does.";
  return message;
}

/** Goes to a path of this page: "/workers/w0" */
function navigate(path) {
  if (isAlone) return void open(at(path), "_blank", "noopener");
  history.pushState({}, "", at(path));
  void show().then(() => {
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  });
}

function tellLink(state) {
  link = state;
  tellConnection(last?.head?.connection ?? "waiting");
}

const CONNECTION = { live: "live", waiting: "waiting", lost: "scheduler lost", gone: "page lost" };

function tellConnection(connection) {
  const state = link === "gone" ? "gone" : connection;
  byId("connection").dataset.state = state;
  setText(byId("connection"), CONNECTION[state]);
  const banner = byId("banner");
  banner.hidden = state === "live" || state === "waiting";
  if (state === "gone")
    setText(
      banner,
      "The page's server does not answer. It is tried again every second; the figures below are the last that came.",
    );
  if (state === "lost")
    setText(
      banner,
      "The scheduler has fallen silent. The figures below are the last it told; this page goes on when it is back.",
    );
}

const drawHead = keyed(
  byId("head"),
  ({ name }) => name,
  ({ name }) => h("div", {}, h("dd", {}), h("dt", {}, name)),
  (element, { value }) => setText(element.firstChild, value),
);

function tellHead(head) {
  setText(byId("cluster"), head.cluster);
  tellConnection(head.connection);
  const { processing = 0, racing = 0, assigned = 0, waiting = 0, ready = 0 } = head.tasks;
  drawHead([
    { name: "tasks", value: rate(head.tasksPerSecond) },
    { name: "open", value: count(processing + racing + assigned + waiting + ready) },
    { name: "finished", value: count(head.finished) },
    { name: head.workers === 1 ? "worker" : "workers", value: count(head.workers) },
  ]);
  const badge = byId("failed");
  badge.hidden = head.failed === 0;
  setText(badge, count(head.failed));
}

function drawNav() {
  const groups = [...new Set(pages.map(({ group }) => group))];
  for (const group of groups) {
    const items = pages
      .filter((page) => page.group === group)
      .map(({ name, title }) =>
        h(
          "li",
          {},
          h(
            "a",
            { href: `/${name}`, "data-page": name },
            title,
            name === "errors"
              ? h("span", { class: "badge", id: "failed", hidden: true, "aria-label": "failed tasks" })
              : undefined,
          ),
        ),
      );
    byId("nav").append(h("h2", {}, group), h("ul", {}, ...items));
  }
}

const KEYS = [
  ["/", "find a task or worker"],
  ["[ and ]", "the page before and after"],
  ["1 … 9", "pages from the top"],
  ["p", "hold the picture"],
  ["t", "light or dark"],
  ["?", "this list"],
];

function drawKeys() {
  const rows = KEYS.flatMap(([key, text]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, text)]);
  byId("keys").append(h("h2", {}, "Keys"), h("dl", { class: "facts" }, ...rows));
  const dialog = /** @type {HTMLDialogElement} */ (byId("keys"));
  dialog.addEventListener("click", () => dialog.close());
}

function pressed(event) {
  const isTyping = event.target instanceof HTMLInputElement;
  if (isAlone || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const here = pages.findIndex(({ name }) => name === route().nav);
  const to = (i) => navigate(`/${pages[(i + pages.length) % pages.length].name}`);
  if (event.key === "/") {
    event.preventDefault();
    byId("find-text").focus();
  } else if (event.key === "[") to(here - 1);
  else if (event.key === "]") to(here + 1);
  else if (/^[1-9]$/.test(event.key)) to(Number(event.key) - 1);
  else if (event.key === "p") pause();
  else if (event.key === "t") changeTheme();
  else if (event.key === "?") /** @type {HTMLDialogElement} */ (byId("keys")).showModal();
}

function pause() {
  isPaused = !isPaused;
  byId("pause").setAttribute("aria-pressed", String(isPaused));
}

function changeTheme() {
  const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("shoal-theme", theme);
  redrawCharts();
}

function find(event) {
  event.preventDefault();
  const text = /** @type {HTMLInputElement} */ (byId("find-text")).value.trim();
  if (text === "") return;
  const isWorker = [...document.querySelectorAll(`a[href^="${at("/workers/")}"]`)].some(
    (anchor) => anchor.textContent === text,
  );
  navigate(
    isWorker || /^w\d+-\w+$/.test(text) ? `/workers/${encodeURIComponent(text)}` : `/tasks/${encodeURIComponent(text)}`,
  );
}

function followLink(event) {
  const anchor = event.target.closest?.("a[href^='/']");
  if (!anchor || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
    return;
  const path = pathOf(anchor.getAttribute("href"));
  if (path === undefined || path.startsWith("/assets/")) return;
  event.preventDefault();
  navigate(path);
}

drawNav();
drawKeys();
document.addEventListener("click", followLink);
document.addEventListener("keydown", pressed);
addEventListener("popstate", () => void show());
byId("pause").addEventListener("click", pause);
byId("theme").addEventListener("click", changeTheme);
byId("find").addEventListener("submit", find);
await show();
