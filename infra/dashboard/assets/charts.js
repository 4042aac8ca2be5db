// Charts by ECharts in the page's own dress: they follow size and theme, and say in words what they show.
import { token } from "./colors.js";
import { h } from "./dom.js";

const open = new Set();

/**
 * A chart. `draw` gives its options from the last data; it is drawn again when data, theme or size change.
 * @param {string} label what it shows, read aloud; `describe` may add figures
 * @param {number} height
 * @param {(data: any) => object} draw
 * @param {{ describe?: (data: any) => string, onclick?: (event: any) => void }} [options]
 */
export function chart(label, height, draw, { describe, onclick } = {}) {
  const element = h("div", { class: "chart", role: "img", "aria-label": label, style: `height:${height}px` });
  let drawn;
  let data;
  const own = {
    element,
    update(given) {
      data = given;
      if (describe !== undefined) element.setAttribute("aria-label", `${label}: ${describe(given)}`);
      if (document.hidden || !element.isConnected || element.clientWidth === 0) return;
      if (drawn === undefined) {
        drawn = globalThis.echarts.init(element, null, { renderer: "canvas" });
        if (onclick !== undefined) drawn.on("click", onclick);
      }
      drawn.setOption({ ...base(), ...draw(data) }, { replaceMerge: ["series"], lazyUpdate: true });
    },
    redraw: () => data !== undefined && own.update(data),
    resize: () => drawn?.resize(),
    height(px) {
      if (element.style.height === `${px}px`) return;
      element.style.height = `${px}px`;
      drawn?.resize();
    },
    dispose() {
      drawn?.dispose();
      drawn = undefined;
      open.delete(own);
    },
    get instance() {
      return drawn;
    },
  };
  open.add(own);
  return own;
}

/** Called when a page is left. */
export function disposeCharts() {
  for (const one of [...open]) one.dispose();
}

export function redrawCharts() {
  for (const one of open) one.redraw();
}

new ResizeObserver(() => {
  for (const one of open) one.resize();
}).observe(document.documentElement);
document.addEventListener("visibilitychange", redrawCharts);

function base() {
  return {
    animation: false,
    textStyle: { fontFamily: "Inter, system-ui, sans-serif", color: token("soft") },
    tooltip: tooltip(),
  };
}

export function tooltip(more = {}) {
  return {
    confine: true,
    backgroundColor: token("card"),
    borderColor: token("line"),
    borderWidth: 1,
    padding: [8, 12],
    extraCssText: "border-radius:9px;box-shadow:0 6px 22px rgb(10 14 22 / 16%)",
    textStyle: { color: token("ink"), fontSize: 12, fontFamily: "Inter, system-ui, sans-serif" },
    ...more,
  };
}

export const grid = (more = {}) => ({ left: 6, right: 10, top: 10, bottom: 4, containLabel: true, ...more });

export const valueAxis = (show, more = {}) => ({
  type: "value",
  splitNumber: 3,
  axisLabel: { color: token("faint"), fontSize: 11, formatter: show },
  splitLine: { lineStyle: { color: token("line") } },
  axisLine: { show: false },
  axisTick: { show: false },
  ...more,
});

export const timeAxis = (more = {}) => ({
  type: "time",
  splitNumber: 4,
  axisLabel: { color: token("faint"), fontSize: 11, hideOverlap: true, formatter: "{HH}:{mm}:{ss}" },
  axisLine: { lineStyle: { color: token("line") } },
  axisTick: { show: false },
  splitLine: { show: false },
  ...more,
});

export const nameAxis = (names, more = {}) => ({
  type: "category",
  data: names,
  inverse: true,
  axisLabel: { color: token("soft"), fontSize: 11.5, width: 116, overflow: "truncate" },
  axisLine: { show: false },
  axisTick: { show: false },
  ...more,
});

/** A line over time. */
export const line = (name, color, times, values, more = {}) => ({
  name,
  type: "line",
  showSymbol: false,
  lineStyle: { width: 1.8, color },
  itemStyle: { color },
  data: broken(times, values),
  ...more,
});

/** A line ends where nobody watched for a while, and begins anew. */
function broken(times, values) {
  return times.flatMap((at, i) => {
    const isGap = i > 0 && at - times[i - 1] > GAP_MS;
    return isGap
      ? [
          [times[i - 1] + 1, null],
          [at, values[i]],
        ]
      : [[at, values[i]]];
  });
}

const GAP_MS = 6000;

/** Lines over the last minutes. `show` says a value. */
export function linesOver(times, lines, show, more = {}) {
  return {
    // Half of the last time stands beyond the last moment.
    grid: grid({ top: lines.length > 1 ? 30 : 10, right: 26 }),
    legend: lines.length > 1 ? legend() : { show: false },
    tooltip: tooltip({ trigger: "axis", valueFormatter: show }),
    xAxis: timeAxis(),
    yAxis: valueAxis(show, { min: 0, ...more }),
    series: lines.map(({ name, color, values, area }) =>
      line(name, color, times, values, area ? { areaStyle: { color, opacity: 0.13 } } : {}),
    ),
  };
}

/**
 * A chart of one figure over the last minutes; data have it in `series`.
 * @param {string} label
 * @param {number} height
 * @param {{ name: string, color: string, show: (value: any) => string, of: string, max?: number }} figure
 */
export const areaOver = (label, height, { name, color, show, of, max }) =>
  chart(label, height, ({ series }) =>
    linesOver(
      series.atMs,
      [{ name, color: token(color), values: series[of], area: true }],
      show,
      // Of a whole, quarters are told.
      max === undefined ? {} : { max, interval: max / 4 },
    ),
  );

export const legend = (more = {}) => ({
  top: 0,
  left: 0,
  itemWidth: 10,
  itemHeight: 10,
  itemGap: 14,
  icon: "roundRect",
  textStyle: { color: token("soft"), fontSize: 11.5 },
  ...more,
});

/** Bars by name, parts one behind the other. */
export function stackedBars(names, parts, show, more = {}) {
  return {
    grid: grid({ top: parts.length > 1 ? 30 : 6, right: 22 }),
    legend: parts.length > 1 ? legend() : { show: false },
    tooltip: tooltip({
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { opacity: 0.12 } },
      valueFormatter: show,
    }),
    xAxis: valueAxis(show, { min: 0, ...more }),
    yAxis: nameAxis(names),
    series: parts.map(({ name, color, values }) => ({
      name,
      type: "bar",
      stack: "all",
      barMaxWidth: 15,
      itemStyle: { color, borderRadius: 2 },
      data: values,
    })),
  };
}
