// Time: what the cluster's time went into, by kind of task and by worker.
import { chart, stackedBars } from "../charts.js";
import { kindColor, token } from "../colors.js";
import { card, h, pageHead, table } from "../dom.js";
import { figureStrip } from "../figures.js";
import { bytes, count, duration, percent } from "../format.js";

const KINDS_MAX = 14;

export function mount(main) {
  const { head, say } = pageHead("Time");
  const strip = figureStrip("Time in figures");
  const kinds = chart(
    "Run time by kind of task",
    240,
    (list) =>
      stackedBars(
        list.map(({ name }) => name),
        [
          {
            name: "run time",
            color: token("accent"),
            values: list.map(({ name, computeMs }) => ({ value: computeMs, itemStyle: { color: kindColor(name) } })),
          },
        ],
        duration,
      ),
    { describe: (list) => list.map(({ name, computeMs }) => `${name} ${duration(computeMs)}`).join(", ") },
  );
  const actions = chart("Time by worker and action", 240, drawActions);
  const list = table(
    [
      {
        name: "Kind",
        sort: (k) => k.name,
        show: (k) => h("a", { href: `/profile?of=${encodeURIComponent(k.name)}` }, k.name),
      },
      { name: "Finished", number: true, sort: (k) => k.finishedTotal, show: (k) => count(k.finishedTotal) },
      { name: "Failed", number: true, sort: (k) => k.failedTotal, show: (k) => count(k.failedTotal) },
      { name: "Run time", number: true, sort: (k) => k.computeMs, show: (k) => duration(k.computeMs) },
      {
        name: "Mean",
        number: true,
        sort: (k) => k.computeMs / k.finishedTotal,
        show: (k) => (k.finishedTotal === 0 ? "–" : duration(k.computeMs / k.finishedTotal)),
      },
      { name: "Expected", number: true, sort: (k) => k.expectedUs, show: (k) => duration(k.expectedUs / 1000) },
      { name: "Given while watched", number: true, sort: (k) => k.bytes, show: (k) => bytes(k.bytes) },
    ],
    (kind) => kind.name,
    { label: "Kinds of tasks", sort: { at: 3, descending: true }, empty: "No task has run yet." },
  );
  const where = whereCards();
  main.append(
    head,
    strip.element,
    h(
      "div",
      { class: "row" },
      card("By kind", { width: "w6", note: "run time of functions, while this page watched" }, kinds.element).element,
      card("By worker", { width: "w6", note: "what its slots did meanwhile" }, actions.element).element,
    ),
    card("All kinds", { note: "since the scheduler began; a name opens its profile" }, list.element).element,
    ...where.elements,
  );
  return {
    update(body) {
      const { watchedMs, workers, totals } = body;
      const sum = (of) => workers.reduce((total, one) => total + of(one), 0);
      const slotMs = sum((one) => one.slots) * watchedMs;
      say(`Watched for ${duration(watchedMs)}.`);
      strip.update([
        { name: "Run time", value: duration(sum((one) => one.computeMs)), small: "of functions" },
        { name: "Transfers", value: duration(sum((one) => one.transferMs)) },
        { name: "Slots in use", value: percent(slotMs === 0 ? 0 : Math.min(1, sum((one) => one.computeMs) / slotMs)) },
        { name: "Kinds", value: count(totals.length) },
      ]);
      const heaviest = body.kinds.slice(0, KINDS_MAX);
      kinds.height(Math.max(240, 40 + heaviest.length * 25));
      actions.height(Math.max(240, 60 + workers.length * 26));
      kinds.update(heaviest);
      actions.update(body);
      const given = new Map(body.kinds.map((kind) => [kind.name, kind.bytes]));
      list.update(totals.map((kind) => ({ ...kind, bytes: given.get(kind.name) ?? 0 })));
      where.update(body);
    },
  };
}

const figureColumns = [
  { name: "Time", number: true, sort: (one) => one.seconds, show: (one) => duration(one.seconds * 1000) },
  { name: "Times", number: true, sort: (one) => one.count, show: (one) => count(one.count) },
  { name: "Bytes", number: true, sort: (one) => one.bytes, show: (one) => bytes(one.bytes) },
];

/** Where workers' time went by what they did, by function and span; spans as a whole, where there are any. */
function whereCards() {
  const name = (title, of, wide = false) => ({ name: title, sort: of, show: of, wide });
  const activities = table(
    [
      name("Part", ({ context }) => PARTS[context] ?? context),
      name("Activity", (one) => one.activity),
      ...figureColumns,
    ],
    (one) => `${one.context} ${one.activity}`,
    { label: "Activities of workers", sort: { at: 2, descending: true }, empty: "Workers have told of nothing yet." },
  );
  const functions = table(
    [
      name("Kind", (one) => one.kind, true),
      name("Span", (one) => one.span, true),
      name("Activity", (one) => one.activity),
      ...figureColumns,
    ],
    (one) => `${one.kind} ${one.span} ${one.activity}`,
    { label: "Activities by function and span", sort: { at: 3, descending: true }, empty: "No task has run yet." },
  );
  const spans = table(
    [
      name("Span", (one) => one.span, true),
      { name: "Tasks", number: true, sort: (one) => one.tasks, show: (one) => count(one.tasks) },
      { name: "Finished", number: true, sort: (one) => one.finished, show: (one) => count(one.finished) },
      { name: "Failed", number: true, sort: (one) => one.failed, show: (one) => count(one.failed) },
      { name: "Run time", number: true, sort: (one) => one.busyMs, show: (one) => duration(one.busyMs) },
      { name: "Results", number: true, sort: (one) => one.bytes, show: (one) => bytes(one.bytes) },
      { name: "Last", number: true, sort: (one) => -one.lastAgoMs, show: (one) => `${duration(one.lastAgoMs)} ago` },
    ],
    (one) => one.span,
    { label: "Spans", sort: { at: 6, descending: true } },
  );
  const spanCard = card("Spans", { note: "work under span(); what is within counts too" }, spans.element).element;
  return {
    elements: [
      card("Activities", { note: "of all workers since they began; what overlaps counts in full" }, activities.element)
        .element,
      card("By function and span", { note: "and what functions measure themselves" }, functions.element).element,
      spanCard,
    ],
    update(body) {
      activities.update(body.activities);
      functions.update(body.functions);
      spanCard.hidden = body.spans.length === 0;
      spans.update(body.spans);
    },
  };
}

const PARTS = {
  execute: "tasks",
  fetch: "fetching",
  give: "giving",
  spill: "out of memory",
  restore: "back to memory",
  exchange: "exchange",
};

function drawActions({ workers, watchedMs }) {
  const idle = workers.map((one) => Math.max(0, one.slots * watchedMs - one.computeMs - one.transferMs));
  return stackedBars(
    workers.map(({ id }) => id),
    [
      { name: "running", color: token("s-memory"), values: workers.map((one) => one.computeMs) },
      { name: "fetching", color: token("s-processing"), values: workers.map((one) => one.transferMs) },
      { name: "idle", color: token("sunken"), values: idle },
    ],
    duration,
  );
}
