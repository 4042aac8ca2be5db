// Profile: where the time of functions goes, as a flame graph that hangs from the top.
import { chart, tooltip } from "../charts.js";
import { isDark, kindColor, token } from "../colors.js";
import { card, h, keyed, pageHead, setText, table } from "../dom.js";
import { count, duration, percent } from "../format.js";

const ROW_PX = 21;
const EDGE_PX = 4;

export function mount(main, of, { navigate }) {
  const { head, say } = pageHead("Profile");
  let zoom = [];
  let body;
  const zoomTo = (path) => {
    zoom = path;
    show();
  };
  const picture = chart("Flame graph", 240, draw, {
    describe: ({ root }) => `${duration(root.ms)} in ${count(root.samples)} samples`,
    onclick: ({ data }) => zoomTo(data.path),
  });
  const about = "Call stacks are sampled while this page is open, two hundred times a second.";
  const empty = h("p", { class: "empty" }, about);
  const choices = kindChoices(of, navigate);
  const back = h("button", { type: "button", hidden: true, onclick: () => zoomTo([]) }, "Whole picture");
  const right = h("div", { class: "choices" }, back);
  const own = card("Flame graph", { note: "width is time; a click comes closer", right }, picture.element, empty);
  const heavy = table(
    [
      { name: "Function", show: (one) => h("span", { class: "mono" }, one.name), wide: true },
      { name: "Own time", number: true, show: (one) => duration(one.ms) },
      { name: "Share", number: true, show: (one) => percent(one.share) },
    ],
    (one) => one.name,
    { label: "Heaviest functions", empty: "Nothing sampled yet." },
  );
  const heavyCard = card("Heaviest functions", { note: "time in the function itself" }, heavy.element);
  main.append(head, choices.element, own.element, heavyCard.element);
  function show() {
    const root = zoomed(body.tree, zoom);
    back.hidden = zoom.length === 0;
    empty.hidden = root.ms > 0;
    picture.element.hidden = root.ms === 0;
    if (root.ms === 0) return;
    picture.height(depthOf(root) * ROW_PX + 2 * EDGE_PX);
    picture.update({ root, kind: of, path: zoom });
    heavy.update(heaviest(root).map(([name, ms]) => ({ name, ms, share: ms / root.ms })));
  }
  return {
    update(given) {
      body = given;
      const tasks = body.kinds.filter(({ prefix }) => prefix !== "");
      const sum = tasks.reduce((total, one) => total + one.ms, 0);
      say(sum === 0 ? "Nothing sampled yet." : `${duration(sum)} of run time sampled, on all workers.`);
      choices.update(tasks);
      show();
    },
  };
}

function kindChoices(of, navigate) {
  const element = h("div", { class: "choices", role: "group", "aria-label": "Kind of tasks" });
  const draw = keyed(
    element,
    ({ name }) => name,
    ({ name, href }) => {
      const isChosen = name === of || (name === "all" && of === "");
      return h("button", { type: "button", "aria-pressed": String(isChosen), onclick: () => navigate(href) });
    },
    (button, { text }) => setText(button, text),
  );
  return {
    element,
    update: (kinds) =>
      draw([
        { name: "all", href: "/profile", text: "All tasks" },
        ...kinds.map(({ prefix, ms }) => ({
          name: prefix,
          href: `/profile?of=${encodeURIComponent(prefix)}`,
          text: `${prefix} · ${duration(ms)}`,
        })),
      ]),
  };
}

function zoomed(tree, path) {
  let node = tree;
  for (const name of path) {
    const child = node.children.find((one) => one.name === name);
    if (child === undefined) break;
    node = child;
  }
  return node;
}

const depthOf = (node) => 1 + node.children.reduce((deepest, child) => Math.max(deepest, depthOf(child)), 0);

function heaviest(root) {
  const own = new Map();
  const visit = (node) => {
    const inner = node.children.reduce((sum, child) => sum + child.ms, 0);
    own.set(node.name, (own.get(node.name) ?? 0) + Math.max(0, node.ms - inner));
    node.children.forEach(visit);
  };
  root.children.forEach(visit);
  return [...own]
    .filter(([, ms]) => ms > 0)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 12);
}

function draw({ root, kind, path }) {
  const items = [];
  const visit = (node, start, depth, at, top) => {
    const color = depth === 0 ? token("sunken") : shade(top, depth);
    items.push({ value: [start, start + node.ms, depth], node, path: at, color });
    let from = start;
    for (const child of node.children) {
      visit(
        child,
        from,
        depth + 1,
        [...at, child.name],
        depth === 0 && kind === "" && path.length === 0 ? kindColor(child.name) : top,
      );
      from += child.ms;
    }
  };
  visit(root, 0, 0, path, kindColor(kind || path[0] || "all"));
  return {
    grid: { left: 0, right: 0, top: EDGE_PX, bottom: EDGE_PX },
    tooltip: tooltip({
      formatter: ({ data }) =>
        `${escaped(data.node.name)}<br><b>${duration(data.node.ms)}</b>, ${percent(data.node.ms / root.ms)} in ${count(data.node.samples)} samples`,
    }),
    xAxis: { show: false, min: 0, max: root.ms },
    yAxis: { show: false, inverse: true, min: 0, max: depthOf(root) },
    series: [
      {
        type: "custom",
        progressive: 0,
        encode: { x: [0, 1], y: 2 },
        data: items,
        renderItem: (params, api) => frame(params, api, items[params.dataIndex]),
      },
    ],
  };
}

function frame(_, api, { node, color }) {
  const [x, y] = api.coord([api.value(0), api.value(2)]);
  const [end] = api.coord([api.value(1), api.value(2)]);
  const width = end - x;
  const [name = ""] = node.name.split(/ (?=\S+:\d+$)/);
  return {
    type: "rect",
    shape: { x, y: y + 1, width: Math.max(width - 1, 0.5), height: ROW_PX - 2, r: 3 },
    style: { fill: color },
    textContent:
      width < 34
        ? undefined
        : {
            style: {
              text: name,
              fill: isDark() ? "#f2f4f8" : "#141a28",
              fontSize: 11,
              fontFamily: "Inter, system-ui, sans-serif",
              width: width - 10,
              overflow: "truncate",
              ellipsis: "…",
            },
          },
    textConfig: { position: "insideLeft", distance: 6 },
  };
}

/** Deeper frames fade, so that rows can be told apart. */
function shade(color, depth) {
  const part = isDark() ? 62 - (depth % 2) * 12 : 58 - (depth % 2) * 14;
  return mixed(color, token("card"), part / 100);
}

function mixed(a, b, part) {
  const channels = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  const [from, to] = [channels(a), channels(b)];
  return `rgb(${from.map((channel, i) => Math.round(channel * part + to[i] * (1 - part))).join(",")})`;
}

const escaped = (text) => text.replace(/[<>&]/g, (char) => `&#${char.charCodeAt(0)};`);
