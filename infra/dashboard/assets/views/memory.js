// Memory: which kinds of results hold it, where it lies, how it went.
import { chart, linesOver, stackedBars } from "../charts.js";
import { kindColor, token } from "../colors.js";
import { card, h, pageHead, table, workerLink } from "../dom.js";
import { figureStrip } from "../figures.js";
import { bytes, count } from "../format.js";

export function mount(main) {
  const { head, say } = pageHead("Memory");
  const strip = figureStrip("Memory in figures");
  const kinds = chart(
    "Bytes of results by kind of task",
    260,
    (prefixes) =>
      stackedBars(
        prefixes.map(({ name }) => name),
        [
          {
            name: "bytes",
            color: token("s-memory"),
            values: prefixes.map(({ name, bytes: n }) => ({ value: n, itemStyle: { color: kindColor(name) } })),
          },
        ],
        bytes,
      ),
    { describe: (prefixes) => prefixes.map(({ name, bytes: n }) => `${name} ${bytes(n)}`).join(", ") },
  );
  const empty = h("p", { class: "empty" }, "No results are held now.");
  const time = chart("Memory of the cluster over time", 260, ({ series }) =>
    linesOver(
      series.atMs,
      [
        { name: "resident", color: token("faint"), values: series.rssBytes },
        { name: "results", color: token("s-memory"), values: series.managedBytes, area: true },
      ],
      bytes,
    ),
  );
  const list = table(
    [
      { name: "Worker", sort: (w) => w.id, show: (w) => workerLink(w.id) },
      { name: "Results", number: true, sort: (w) => w.managedBytes, show: (w) => bytes(w.managedBytes) },
      { name: "On disk", number: true, sort: (w) => w.spilledBytes, show: (w) => bytes(w.spilledBytes) },
      { name: "JavaScript heap", number: true, sort: (w) => w.heapBytes, show: (w) => bytes(w.heapBytes) },
      { name: "Resident", number: true, sort: (w) => w.rssBytes, show: (w) => bytes(w.rssBytes) },
    ],
    (worker) => worker.id,
    { label: "Memory by worker", sort: { at: 1, descending: true } },
  );
  main.append(
    head,
    strip.element,
    h(
      "div",
      { class: "row" },
      card("By kind", { width: "w6" }, kinds.element, empty).element,
      card("Over time", { width: "w6" }, time.element).element,
    ),
    card("By worker", { note: "threads share one process: its resident memory is told for each" }, list.element)
      .element,
  );
  return {
    update(body) {
      const { prefixes, workers, memory } = body;
      const held = workers.reduce((sum, one) => sum + one.managedBytes, 0);
      const results = prefixes.reduce((sum, one) => sum + one.count, 0);
      say(`${count(results)} results are held.`);
      strip.update([
        { name: "Results", value: bytes(held), small: `${count(results)} of them` },
        { name: "Resident", value: bytes(body.series.rssBytes.at(-1) ?? 0) },
        ...Object.entries(memory ?? {})
          .filter(([, n]) => typeof n === "number")
          .map(([name, n]) => ({ name: words(name), value: /bytes/i.test(name) ? bytes(n) : count(n) })),
      ]);
      const largest = prefixes.slice(0, 12);
      empty.hidden = largest.length > 0;
      kinds.element.hidden = largest.length === 0;
      kinds.height(Math.max(260, 40 + largest.length * 26));
      if (largest.length > 0) kinds.update(largest);
      time.update(body);
      list.update(workers);
    },
  };
}

const words = (name) =>
  name.replace(/[A-Z]/g, (char) => ` ${char.toLowerCase()}`).replace(/^./, (char) => char.toUpperCase());
