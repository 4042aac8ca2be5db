// System: how the scheduler itself stands.
import { areaOver, chart, stackedBars } from "../charts.js";
import { token } from "../colors.js";
import { card, h, pageHead, setText } from "../dom.js";
import { figureStrip } from "../figures.js";
import { bytes, count, duration, percent } from "../format.js";

const TURNS = { name: "longest turn", color: "accent", show: duration, of: "turnMaxMs" };
const BUSY = { name: "busy", color: "s-memory", show: percent, of: "schedulerBusy", max: 1 };
const LAG = { name: "late by", color: "bad", show: duration, of: "schedulerLagMs" };

const WORKERS_MAX = 20;

export function mount(main) {
  const { head, say } = pageHead("System");
  const strip = figureStrip("The scheduler in figures");
  const turns = areaOver("Longest turn of the scheduler in a second", 200, TURNS);
  const busy = areaOver("Share of time that the scheduler's thread is busy", 200, BUSY);
  const lag = areaOver("How late timers of the scheduler's thread are", 200, LAG);
  const waits = chart("Longest wait of each worker's thread in the last half second", 200, drawWaits, {
    describe: (workers) => workers.map(({ id, lagMs }) => `${id} ${duration(lagMs)}`).join(", "),
  });
  const states = h("dl", { class: "facts" });
  const facts = h("dl", { class: "facts" });
  main.append(
    head,
    strip.element,
    h(
      "div",
      { class: "row" },
      card("Turns", { width: "w4", note: "20 ms is long" }, turns.element).element,
      card("Thread busy", { width: "w4" }, busy.element).element,
      card("Timers late", { width: "w4" }, lag.element).element,
    ),
    h(
      "div",
      { class: "row" },
      card("Workers' threads", { width: "w4", note: "how long they kept messages waiting" }, waits.element).element,
      card("Steps of tasks", { width: "w4", note: "since the scheduler began" }, states).element,
      card("Facts", { width: "w4" }, facts).element,
    ),
  );
  return {
    update(body, page) {
      const { system, turns: now } = body;
      say("The scheduler's thread and process.");
      strip.update([
        { name: "Turns", value: count(now?.total ?? 0), small: `${duration(now?.meanMs ?? 0)} mean` },
        { name: "Longest turn", value: duration(now?.maxMs ?? 0), isBad: (now?.maxMs ?? 0) > 20 },
        { name: "Busy", value: percent(system?.busy ?? 0), small: `${percent(system?.cpu ?? 0)} CPU` },
        { name: "Resident", value: bytes(system?.rssBytes ?? 0) },
        { name: "Heap", value: bytes(system?.heapBytes ?? 0) },
        { name: "Descriptors", value: system === null || system.descriptors < 0 ? "–" : count(system.descriptors) },
      ]);
      for (const one of [turns, busy, lag]) one.update(body);
      const slowest = [...body.workers].sort((a, b) => b.lagMs - a.lagMs).slice(0, WORKERS_MAX);
      waits.height(Math.max(120, 40 + slowest.length * 24));
      waits.update(slowest);
      rows(
        states,
        Object.entries(body.entered).map(([state, n]) => [state, count(n)]),
      );
      rows(facts, [
        ["Version", page.version],
        ["Epoch", String(body.epoch)],
        ["Clients", count(body.clients)],
        ["Submissions held", count(body.submissions)],
        ["Workers", count(body.workers.length)],
      ]);
    },
  };
}

/** The workers that kept others waiting longest, first. */
const drawWaits = (workers) =>
  stackedBars(
    workers.map(({ id }) => id),
    [{ name: "longest wait", color: token("bad"), values: workers.map(({ lagMs }) => lagMs) }],
    duration,
  );

function rows(list, items) {
  if (list.children.length !== items.length * 2)
    list.replaceChildren(...items.flatMap(([name]) => [h("dt", {}, name), h("dd")]));
  items.forEach(([, value], i) => {
    setText(list.children[2 * i + 1], value);
  });
}
