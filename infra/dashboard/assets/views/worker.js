// One worker: what it does, holds, uses.
import { areaOver, chart, linesOver, stackedBars } from "../charts.js";
import { kindColor, token } from "../colors.js";
import { card, h, pageHead, setText, table, taskLink } from "../dom.js";
import { figureStrip } from "../figures.js";
import { ago, bytes, count, duration, percent } from "../format.js";
import { taskStream } from "../task-stream.js";

const BUSY = { name: "busy", color: "s-memory", show: percent, of: "busy", max: 1 };

export function mount(main, of, { navigate }) {
  const { head, say } = pageHead(of, "", { href: "/workers", text: "Workers" });
  const strip = figureStrip(`Worker ${of} in figures`);
  const stream = taskStream({ of, navigate });
  const load = areaOver("Share of time that the thread is busy", 170, BUSY);
  const memory = chart("Memory", 170, ({ series }) =>
    linesOver(
      series.atMs,
      [
        { name: "resident", color: token("faint"), values: series.rssBytes },
        { name: "results", color: token("s-memory"), values: series.managedBytes, area: true },
      ],
      bytes,
    ),
  );
  const kinds = chart("What it ran in the last minute", 170, drawKinds);
  const tasks = table(
    [
      { name: "Task", sort: (t) => t.key, show: (t) => taskLink(t.key) },
      { name: "Kind", sort: (t) => t.prefix, show: (t) => t.prefix },
    ],
    (task) => task.key,
    { label: "Tasks at this worker", empty: "It has nothing to do." },
  );
  const holds = table(
    [
      { name: "Kind", sort: (one) => one.prefix, show: (one) => one.prefix },
      { name: "Results", number: true, sort: (one) => one.count, show: (one) => count(one.count) },
      { name: "Bytes", number: true, sort: (one) => one.bytes, show: (one) => bytes(one.bytes) },
    ],
    (one) => one.prefix,
    { label: "Results at this worker", sort: { at: 2, descending: true }, empty: "It holds no results." },
  );
  const facts = h("dl", { class: "facts" });
  main.append(
    head,
    strip.element,
    card("Task stream", { right: stream.choices }, ...stream.elements).element,
    h(
      "div",
      { class: "row" },
      card("Busy", { width: "w4" }, load.element).element,
      card("Memory", { width: "w4" }, memory.element).element,
      card("Ran in the last minute", { width: "w4" }, kinds.element).element,
    ),
    h(
      "div",
      { class: "row" },
      card("At work", { width: "w4", note: "the first hundred" }, tasks.element).element,
      card("Holds", { width: "w4" }, holds.element).element,
      card("Facts", { width: "w4" }, facts).element,
    ),
  );
  return {
    takeRuns: stream.take,
    update(body, page) {
      say(`${body.status}, heard ${ago(body.lastSeenAgoMs)}.`);
      strip.update([
        {
          name: "At work",
          value: count(body.processing),
          small: `${count(Math.min(body.slots, body.processing))} running`,
        },
        { name: "Work ahead", value: duration(body.occupancyUs / 1000) },
        { name: "Busy", value: percent(body.busy), small: `${percent(body.cpu)} CPU` },
        { name: "Results held", value: bytes(body.managedBytes), small: `${bytes(body.rssBytes)} resident` },
        { name: "Fetched", value: bytes(body.bytesIn), small: `${bytes(body.bytesInPerSecond)}/s` },
        { name: "Longest wait", value: duration(body.lagMs) },
      ]);
      stream.advance(page.atMs);
      if (body.series !== null) for (const one of [load, memory]) one.update(body);
      kinds.update([...body.kinds].sort((a, b) => b.ms - a.ms).slice(0, 8));
      tasks.update(body.tasks);
      holds.update(body.holds);
      drawFacts(facts, body);
    },
  };
}

function drawFacts(facts, body) {
  const rows = [
    ["Process", `${body.pid} on ${body.host}`],
    ["Slots", String(body.slots)],
    [
      "Resources",
      Object.entries(body.resources)
        .map(([name, n]) => `${name} ${body.resourcesFree[name]} of ${n} free`)
        .join(", ") || "none",
    ],
    ["Heap", bytes(body.heapBytes)],
    ["Descriptors", body.descriptors < 0 ? "unknown" : count(body.descriptors)],
    ["Gave to others", bytes(body.bytesOut)],
    ["Ran while watched", `${count(body.finished)} tasks in ${duration(body.computeMs)}`],
  ];
  if (facts.children.length !== rows.length * 2)
    facts.replaceChildren(...rows.flatMap(([name]) => [h("dt", {}, name), h("dd")]));
  rows.forEach(([, value], i) => {
    setText(facts.children[2 * i + 1], value);
  });
}

function drawKinds(kinds) {
  const values = kinds.map(({ prefix, ms }) => ({ value: ms, itemStyle: { color: kindColor(prefix) } }));
  return stackedBars(
    kinds.map(({ prefix }) => prefix),
    [{ name: "time", color: token("accent"), values }],
    duration,
  );
}
