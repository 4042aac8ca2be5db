// A line in a table's cell, drawn by nothing but its points.
import { s } from "./dom.js";

const [WIDTH, HEIGHT] = [96, 20];

/** @param most what the full height stands for; the largest value if it is not given */
export function spark(values, most = Math.max(1e-9, ...values)) {
  const shown = values.slice(-60);
  const points = shown.map((value, i) => {
    const x = (i / Math.max(1, shown.length - 1)) * WIDTH;
    const y = HEIGHT - 1 - Math.min(1, value / most) * (HEIGHT - 2);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return s(
    "svg",
    { width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    s("polyline", { points: points.join(" "), fill: "none", stroke: "var(--s-memory)", "stroke-width": "1.4" }),
  );
}
