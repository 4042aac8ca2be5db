// Memory: which kinds of results hold it, where it lies, how it went.
import { chart, linesOver, stackedBars } from "../charts.js";
import { kindColor, token } from "../colors.js";
import { card, h, pageHead, table, workerLink } from "../dom.js";
import { figureStrip } from "../figures.js";
import { bytes, count, duration, percent, plural } from "../format.js";

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
      const { prefixes, workers, cache, spill } = body;
      const held = workers.reduce((sum, one) => sum + one.managedBytes, 0);
      const results = prefixes.reduce((sum, one) => sum + one.count, 0);
      say(`${count(results)} results are held.`);
      strip.update([
        { name: "Results", value: bytes(held), small: `${count(results)} of them` },
        { name: "Resident", value: bytes(body.series.rssBytes.at(-1) ?? 0) },
        { name: "On disk", value: bytes(workers.reduce((sum, one) => sum + one.spilledBytes, 0)) },
        ...spillItems(spill),
        ...cacheItems(cache),
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

/** What left memory and came back since the workers began; nothing while nothing did. */
function spillItems({ written, letGo, read, foundShare }) {
  const left = written.count + letGo.count;
  if (left + read.count === 0) return [];
  const outNote = `${plural(left, "result")}, ${duration(written.seconds * 1000)}`;
  const backNote = `${plural(read.count, "result")}, ${duration(read.seconds * 1000)}`;
  return [
    { name: "Let out of memory", value: bytes(written.bytes + letGo.bytes), small: outNote },
    { name: "Read back", value: bytes(read.bytes), small: backNote },
    { name: "Found in memory", value: percent(foundShare), small: "of all uses" },
  ];
}

/** Results that nobody asks for any more and the cluster keeps all the same; nothing where it keeps none. */
function cacheItems(cache) {
  if (cache === null || (cache.bytesMax === 0 && cache.hits === 0)) return [];
  return [
    {
      name: "Cached",
      value: bytes(cache.bytes),
      small: `of ${bytes(cache.bytesMax)}, ${plural(cache.results, "result")}`,
    },
    { name: "Found in the cache", value: count(cache.hits), small: `saved ${duration(cache.savedMs)}` },
  ];
}
