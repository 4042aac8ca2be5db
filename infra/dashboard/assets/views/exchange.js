// Exchange: results that went from worker to worker.
import { areaOver, chart, grid, tooltip } from "../charts.js";
import { isDark, token } from "../colors.js";
import { card, h, pageHead, table, workerLink } from "../dom.js";
import { figureStrip } from "../figures.js";
import { bytes, count, duration } from "../format.js";

const MOVED = { name: "moved", color: "accent", show: (n) => `${bytes(n)}/s`, of: "transferBytesPerSecond" };

export function mount(main) {
  const { head, say } = pageHead("Exchange");
  const strip = figureStrip("Exchange in figures");
  const map = chart("Bytes from worker to worker", 320, drawMap, {
    describe: ({ pairs }) => pairs.map(({ from, to, bytes: n }) => `${from} to ${to} ${bytes(n)}`).join(", "),
  });
  const empty = h("p", { class: "empty" }, "No result has gone from one worker to another since this page watches.");
  const time = areaOver("Bytes a second", 320, MOVED);
  const list = table(
    [
      { name: "From", sort: (p) => p.from, show: (p) => workerLink(p.from) },
      { name: "To", sort: (p) => p.to, show: (p) => workerLink(p.to) },
      { name: "Results", number: true, sort: (p) => p.chunks, show: (p) => count(p.chunks) },
      { name: "Bytes", number: true, sort: (p) => p.bytes, show: (p) => bytes(p.bytes) },
      { name: "Time", number: true, sort: (p) => p.ms, show: (p) => duration(p.ms) },
      {
        name: "Speed",
        number: true,
        sort: (p) => p.bytes / p.ms,
        show: (p) => `${bytes((p.bytes / Math.max(p.ms, 1e-3)) * 1000)}/s`,
      },
    ],
    (pair) => `${pair.from} ${pair.to}`,
    { label: "Transfers by pair of workers", sort: { at: 3, descending: true }, empty: "Nothing was moved." },
  );
  main.append(
    head,
    strip.element,
    h(
      "div",
      { class: "row" },
      card("Who gave to whom", { width: "w6", note: "givers to the left, takers below" }, map.element, empty).element,
      card("Over time", { width: "w6" }, time.element).element,
    ),
    card("Pairs", {}, list.element).element,
  );
  return {
    update(body) {
      const { pairs } = body;
      const sum = (of) => pairs.reduce((total, pair) => total + of(pair), 0);
      say("Results that tasks on one worker needed from another, since this page watches.");
      strip.update([
        { name: "Moved", value: bytes(sum((pair) => pair.bytes)) },
        { name: "Results", value: count(sum((pair) => pair.chunks)) },
        { name: "Time in transfers", value: duration(sum((pair) => pair.ms)) },
        { name: "Now", value: `${bytes(body.series.transferBytesPerSecond.at(-1) ?? 0)}/s` },
      ]);
      empty.hidden = pairs.length > 0;
      map.element.hidden = pairs.length === 0;
      if (pairs.length > 0) map.update(body);
      time.update(body);
      list.update(pairs);
    },
  };
}

function drawMap({ pairs }) {
  const names = [...new Set(pairs.flatMap(({ from, to }) => [from, to]))].sort((a, b) =>
    a.localeCompare(b, undefined, { numeric: true }),
  );
  const most = Math.max(...pairs.map((pair) => pair.bytes), 1);
  const axis = {
    type: "category",
    data: names,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: token("soft"), fontSize: 11, rotate: names.length > 8 ? 40 : 0 },
    splitArea: { show: false },
  };
  return {
    grid: grid({ top: 8, bottom: 50 }),
    tooltip: tooltip({
      formatter: ({ data }) =>
        `${data.pair.from} → ${data.pair.to}<br><b>${bytes(data.pair.bytes)}</b> in ${count(data.pair.chunks)} results`,
    }),
    xAxis: axis,
    yAxis: { ...axis, inverse: true },
    visualMap: {
      min: 0,
      max: most,
      show: true,
      orient: "horizontal",
      left: "center",
      bottom: 0,
      itemHeight: 120,
      itemWidth: 10,
      text: [bytes(most), "0"],
      textStyle: { color: token("faint") },
      inRange: { color: [token("sunken"), token("accent")] },
      dimension: 2,
    },
    series: [
      {
        type: "heatmap",
        data: pairs.map((pair) => ({
          value: [names.indexOf(pair.to), names.indexOf(pair.from), pair.bytes],
          pair,
          ...(pair.bytes < most / 2 ? { label: { color: token("ink") } } : {}),
        })),
        label: {
          show: names.length <= 8,
          // The fuller a field, the lighter it is in the dark.
          color: isDark() ? token("card") : "#fff",
          fontSize: 11.5,
          formatter: ({ data }) => bytes(data.pair.bytes),
        },
        itemStyle: { borderColor: token("card"), borderWidth: 3, borderRadius: 5 },
      },
    ],
  };
}
