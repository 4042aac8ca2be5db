// The task stream: who ran what when. A rectangle is a task, or several short ones of a kind in a row.
import { chart, timeAxis, tooltip } from "./charts.js";
import { kindColor, token } from "./colors.js";
import { h, setText, workerLink } from "./dom.js";
import { clock, count, duration } from "./format.js";
import { at } from "./place.js";

const RUNS_MAX = 12_000;
const KEPT_MS = 130_000;
const LANES_MAX = 6;
const LANE_PX = 22;
const LABEL_PX = 124;
/** Names are shorter where there is less room. */
const NARROW_PX = 520;
const NARROW_LABEL_PX = 84;
const WINDOWS = [
  [10, "10 s"],
  [30, "30 s"],
  [120, "2 min"],
];
const [START, SPAN, WORKER, KIND, COUNT, FAILED, ROW, ATTEMPT] = [0, 1, 2, 3, 4, 5, 6, 7];

/** @param of one worker's name, or "" for all */
export function taskStream({ of = "", navigate }) {
  let runs = [];
  let windowS = 30;
  let endMs = 0;
  let workers = [];
  const picture = chart("Task stream", 120, draw, {
    describe: () => `${count(runs.length)} rectangles on ${workers.length} workers in the last ${windowS} seconds`,
    onclick: ({ data }) => void openTask(data?.run, navigate),
  });
  const buttons = WINDOWS.map(([seconds, text]) =>
    h("button", { type: "button", "aria-pressed": String(seconds === windowS), onclick: () => choose(seconds) }, text),
  );
  const list = lastRuns(() => runs, navigate);
  const empty = h("p", { class: "empty" }, "Tasks appear here as they run.");
  picture.element.hidden = true;

  function choose(seconds) {
    windowS = seconds;
    buttons.forEach((button, i) => {
      button.setAttribute("aria-pressed", String(WINDOWS[i][0] === seconds));
    });
    show();
  }

  function show() {
    empty.hidden = runs.length > 0;
    picture.element.hidden = runs.length === 0;
    if (runs.length === 0) return;
    const from = endMs - windowS * 1000;
    const visible = runs.filter((run) => run[START] + run[SPAN] / 1000 >= from);
    const { items, names } = inLanes(visible);
    workers = [...new Set(names)];
    picture.height(Math.min(560, 34 + names.length * LANE_PX));
    const labelPx = picture.element.clientWidth < NARROW_PX ? NARROW_LABEL_PX : LABEL_PX;
    picture.update({ items, names, from, to: endMs, labelPx });
  }

  return {
    elements: [empty, picture.element, list.element],
    choices: h(
      "div",
      { class: "choices", hidden: isRecorded(), role: "group", "aria-label": "Time shown" },
      ...buttons,
    ),
    take({ isFirst, runs: given }, isPaused) {
      const own = of === "" ? given : given.filter((run) => run[WORKER] === of);
      runs = isFirst ? own : [...runs, ...own];
      if (isRecorded()) windowS = spanOf(runs);
      if (runs.length > RUNS_MAX) runs = runs.slice(-RUNS_MAX);
      if (!isPaused) list.draw();
    },
    /** Moves the picture on to a moment. */
    advance(atMs) {
      endMs = atMs;
      const oldest = isRecorded() ? 0 : atMs - KEPT_MS;
      if (isRecorded()) endMs = Math.max(...runs.map((run) => run[START] + run[SPAN] / 1000), 0);
      if (runs.length > 0 && runs[0][START] < oldest - KEPT_MS / 4) runs = runs.filter((run) => run[START] >= oldest);
      show();
    },
  };
}

/** A report shows all of its time at once. */
const isRecorded = () => document.getElementById("recorded") !== null;

const spanOf = (runs) => {
  const starts = runs.map((run) => run[START]);
  const ends = runs.map((run) => run[START] + run[SPAN] / 1000);
  return runs.length === 0 ? 1 : (Math.max(...ends) - Math.min(...starts)) / 1000 + 0.1;
};

/** The last runs as a table, for those who do not see or point at rectangles. */
function lastRuns(runsNow, navigate) {
  const lines = h("tbody");
  const heads = ["Worker", "Kind", "Tasks", "Began", "Took"].map((text) => h("th", { scope: "col" }, text));
  const element = h(
    "details",
    { ontoggle: () => draw() },
    h("summary", {}, "The last of them as a table"),
    h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ...heads)), lines)),
  );
  const link = (run) => {
    const open = (event) => {
      event.preventDefault();
      void openTask(run, navigate);
    };
    return h("a", { href: "#", onclick: open }, run[KIND]);
  };
  const cells = (run) => [
    workerLink(run[WORKER]),
    link(run),
    count(run[COUNT]),
    clock(run[START]),
    duration(run[SPAN] / 1000),
  ];
  function draw() {
    if (!element.open) return;
    const last = runsNow().slice(-20).reverse();
    lines.replaceChildren(...last.map((run) => h("tr", {}, ...cells(run).map((cell) => h("td", {}, cell)))));
  }
  return { element, draw };
}

/** Tasks that overlap on a worker stand in lanes below each other. */
function inLanes(runs) {
  const byWorker = new Map();
  for (const run of [...runs].sort((a, b) => a[START] - b[START])) {
    let ends = byWorker.get(run[WORKER]);
    if (ends === undefined) byWorker.set(run[WORKER], (ends = { ends: [], runs: [] }));
    const lane = laneOf(run, ends.ends);
    ends.runs.push([run, lane]);
  }
  const names = [];
  const items = [];
  for (const worker of [...byWorker.keys()].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))) {
    const { ends, runs: own } = byWorker.get(worker);
    const first = names.length;
    for (let i = 0; i < ends.length; i++) names.push(worker);
    for (const [run, lane] of own) items.push([run, first + lane]);
  }
  return { items, names };
}

function laneOf(run, ends) {
  // Runs that were drawn together may overlap though their tasks did not.
  if (run[COUNT] > 1) {
    ends[0] ??= 0;
    return 0;
  }
  const free = ends.findIndex((end) => end <= run[START] + 0.05);
  const lane = free >= 0 ? free : Math.min(ends.length, LANES_MAX - 1);
  ends[lane] = Math.max(ends[lane] ?? 0, run[START] + run[SPAN] / 1000);
  return lane;
}

function draw({ items, names, from, to, labelPx }) {
  return {
    grid: { left: labelPx, right: 14, top: 4, bottom: 26 },
    tooltip: tooltip({ formatter: ({ data }) => describeRun(data.run) }),
    xAxis: timeAxis({ min: from, max: to }),
    yAxis: {
      type: "category",
      data: names.map((_, at) => String(at)),
      inverse: true,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: {
        color: token("soft"),
        fontSize: 11.5,
        interval: 0,
        formatter: (at) => (names[at] === names[at - 1] ? "" : names[at]),
        width: labelPx - 8,
        overflow: "truncate",
      },
    },
    series: [
      {
        type: "custom",
        clip: true,
        progressive: 0,
        encode: { x: [0, 1], y: 2 },
        data: items.map(([run, lane]) => ({ value: [run[START], run[START] + run[SPAN] / 1000, lane], run })),
        renderItem: (params, api) => rectangle(params, api, items[params.dataIndex][0]),
      },
    ],
  };
}

function rectangle(params, api, run) {
  const lane = api.value(2);
  const [x, y] = api.coord([api.value(0), lane]);
  const [end] = api.coord([api.value(1), lane]);
  const height = Math.min(17, api.size([0, 1])[1] * 0.8);
  const { coordSys } = params;
  const left = Math.max(x, coordSys.x);
  const width = Math.max(end - left, 1.2);
  if (end < coordSys.x) return undefined;
  const isFailed = run[FAILED] > 0;
  return {
    type: "rect",
    shape: { x: left, y: y - height / 2, width, height, r: width > 6 ? 2 : 0 },
    style: isFailed
      ? { fill: token("s-erred"), stroke: token("ink"), lineWidth: 1 }
      : { fill: kindColor(run[KIND]), opacity: 0.92 },
  };
}

function describeRun(run) {
  const escaped = (text) => text.replace(/[<>&]/g, (char) => `&#${char.charCodeAt(0)};`);
  const failed = run[FAILED] > 0 ? `<br><b>${count(run[FAILED])} failed</b>` : "";
  const what = run[COUNT] === 1 ? "1 task" : `${count(run[COUNT])} tasks`;
  return `<b>${escaped(run[KIND])}</b> on ${escaped(run[WORKER])}<br>${what} in ${duration(run[SPAN] / 1000)}, from ${clock(run[START])}${failed}`;
}

/** The page of a rectangle's first task, if the scheduler still knows it. */
async function openTask(run, navigate) {
  if (run === undefined || isRecorded()) return;
  const answer = await fetch(at(`/key?row=${run[ROW]}&attempt=${run[ATTEMPT]}`));
  const { key } = await answer.json();
  if (key !== undefined) return navigate(`/tasks/${encodeURIComponent(key)}`);
  const toast = document.getElementById("toast");
  setText(toast, "That task is forgotten: nobody needs its result any more.");
  setTimeout(() => setText(toast, ""), 4000);
}
