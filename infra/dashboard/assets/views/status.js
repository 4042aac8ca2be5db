// Status: the whole cluster at a glance.
import { areaOver, chart, stackedBars } from "../charts.js";
import { token } from "../colors.js";
import { card, h, pageHead } from "../dom.js";
import { figureStrip } from "../figures.js";
import { bytes, count, duration, percent, plural, rate } from "../format.js";
import { lackList } from "../lack-list.js";
import { progressList } from "../progress.js";
import { taskStream } from "../task-stream.js";

const ROWS_MAX = 40;
const heightOf = (rows) => Math.max(120, Math.min(rows, ROWS_MAX) * 26 + 52);

const BUSY = { name: "busy", color: "s-memory", show: percent, of: "busyShare", max: 1 };
const MOVED = { name: "moved", color: "accent", show: (n) => `${bytes(n)}/s`, of: "transferBytesPerSecond" };
const PACE = { name: "tasks", color: "s-processing", show: rate, of: "tasksPerSecond" };

export function mount(main, _of, { navigate }) {
  const { head, say } = pageHead("Status");
  const lacks = lackList();
  const strip = figureStrip("The cluster in figures");
  const stream = taskStream({ navigate });
  const progress = progressList();
  const memory = chart("Memory of each worker", 150, drawMemory, {
    describe: describeMemory,
    onclick: openWorker(navigate),
  });
  const processing = chart("Tasks sent to each worker", 150, drawProcessing, { onclick: openWorker(navigate) });
  const pace = areaOver("Tasks a second", 170, PACE);
  const busy = areaOver("Share of time that workers are busy", 170, BUSY);
  const network = areaOver("Bytes between workers a second", 170, MOVED);
  const streamCard = card(
    "Task stream",
    { note: "a rectangle is a task, or short ones in a row; a click opens it", right: stream.choices },
    ...stream.elements,
  );
  main.append(
    head,
    lacks.element,
    strip.element,
    streamCard.element,
    h(
      "div",
      { class: "row" },
      card("Progress", { width: "w6", right: progress.legend }, ...progress.elements).element,
      h(
        "div",
        { class: "stack w6" },
        card("Memory by worker", {}, memory.element).element,
        card("Sent to workers", {}, processing.element).element,
      ),
    ),
    h(
      "div",
      { class: "row" },
      card("Pace", { width: "w4", note: "tasks finished a second" }, pace.element).element,
      card("Workers busy", { width: "w4", note: "mean of their threads" }, busy.element).element,
      card("Network", { width: "w4", note: "results moved between workers" }, network.element).element,
    ),
  );
  return {
    takeRuns: stream.take,
    update(body, page) {
      say(sentence(body, page));
      lacks.update(body.lacks);
      strip.update(figuresOf(body, page));
      progress.update(body.prefixes);
      stream.advance(page.atMs);
      const workers = [...body.workers]
        .sort((a, b) => a.id.localeCompare(b.id, undefined, { numeric: true }))
        .slice(0, ROWS_MAX);
      for (const one of [memory, processing]) one.height(heightOf(workers.length));
      memory.update(workers);
      processing.update(workers);
      for (const one of [pace, busy, network]) one.update(body);
    },
  };
}

function sentence({ workers, prefixes, lacks }, { tasks }) {
  const open = ["waiting", "ready", "assigned", "processing", "racing"].reduce(
    (sum, state) => sum + (tasks[state] ?? 0),
    0,
  );
  if (workers.length === 0) return "No workers have joined yet: start some with npx shoal worker.";
  if (open === 0) return "Nothing to do: every task that was asked for is done.";
  const lacking = lacks.reduce((sum, one) => sum + one.tasks, 0);
  if (lacking >= open) return `${plural(open, "task")} to go, and no worker may run them.`;
  const openOf = (one) => one.waiting + one.ready + one.processing;
  const known = prefixes.filter((one) => one.finishedTotal > 0 && openOf(one) > 0);
  const expectedMs = known.reduce((sum, one) => sum + openOf(one) * one.expectedUs, 0) / 1000;
  const slots = workers.reduce((sum, one) => sum + one.slots, 0);
  const rest = open - known.reduce((sum, one) => sum + openOf(one), 0);
  // How long tasks of a kind take is known once some of them have run.
  if (rest > 0) return `${plural(open, "task")} to go; of ${count(rest)} it is not known yet how long they take.`;
  return `${plural(open, "task")} to go, about ${duration(expectedMs / slots)} of work for ${plural(workers.length, "worker")}.`;
}

function figuresOf({ workers, series, turns }, { tasks, finished, failed, tasksPerSecond }) {
  const sum = (of) => workers.reduce((total, one) => total + of(one), 0);
  const busy = workers.length === 0 ? 0 : sum((one) => one.busy) / workers.length;
  return [
    {
      name: "Finished",
      value: count(finished),
      small: plural((tasks.processing ?? 0) + (tasks.racing ?? 0) + (tasks.assigned ?? 0), "at work", "at work"),
    },
    { name: "Pace", value: rate(tasksPerSecond), small: "tasks" },
    { name: "Workers", value: count(workers.length), small: `${percent(busy)} busy` },
    {
      name: "Results held",
      value: bytes(sum((one) => one.managedBytes)),
      small: `of ${bytes(series.rssBytes.at(-1) ?? 0)}`,
    },
    { name: "Scheduler turn", value: duration(turns?.maxMs ?? 0), small: "longest" },
    { name: "Failed", value: count(failed), isBad: failed > 0 },
  ];
}

const openWorker =
  (navigate) =>
  ({ name }) =>
    navigate(`/workers/${encodeURIComponent(name)}`);

function drawMemory(workers) {
  const names = workers.map(({ id }) => id);
  return stackedBars(
    names,
    [
      {
        name: "results",
        color: token("s-memory"),
        values: workers.map((one) => Math.min(one.managedBytes, one.rssBytes)),
      },
      {
        name: "other",
        color: token("s-waiting"),
        values: workers.map((one) => Math.max(0, one.rssBytes - one.managedBytes)),
      },
    ],
    bytes,
    { splitNumber: 2 },
  );
}

const describeMemory = (workers) =>
  workers.map(({ id, managedBytes, rssBytes }) => `${id} ${bytes(managedBytes)} of ${bytes(rssBytes)}`).join(", ");

function drawProcessing(workers) {
  const names = workers.map(({ id }) => id);
  const running = workers.map((one) => Math.min(one.slots, one.processing));
  return stackedBars(
    names,
    [
      { name: "running", color: token("s-processing"), values: running },
      { name: "queued", color: token("s-ready"), values: workers.map((one, i) => one.processing - running[i]) },
    ],
    count,
    { splitNumber: 2, minInterval: 1 },
  );
}
