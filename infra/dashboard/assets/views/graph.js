// The graph as it runs: single tasks while there are few, else one node for all tasks of a layer.
import { chart } from "../charts.js";
import { STATES, stateColor, token } from "../colors.js";
import { card, h, pageHead, table, taskLink } from "../dom.js";
import { count, plural } from "../format.js";
import { layout } from "../layout.js";

const WORDS = {
  done: "done, let go",
  memory: "in memory",
  processing: "at workers",
  ready: "ready",
  waiting: "waiting",
  erred: "failed",
};

const MARGIN_PX = 150;

export function mount(main, of, { navigate }) {
  const { head, say } = pageHead("Graph");
  const legend = h(
    "ul",
    { class: "legend" },
    ...STATES.map((state) => h("li", {}, h("i", { class: `is-${state}` }), WORDS[state])),
  );
  let placed;
  let shape = "";
  const picture = chart("The graph as it runs", 620, (body) => draw(body, placed, picture.element), {
    describe: ({ nodes, total }) => `${plural(total, "task")} in ${plural(nodes.length, "node")}`,
    onclick: ({ dataType, data }) => {
      if (dataType === "node" && data.isTask) navigate(`/tasks/${encodeURIComponent(data.node.key)}`);
    },
  });
  const empty = h("p", { class: "empty" }, "No graph is in the cluster now: what was computed has been let go.");
  const list = table(
    [
      { name: "Node", sort: (n) => n.name, show: (n) => (n.isTask ? taskLink(n.key) : n.name), wide: true },
      { name: "Tasks", number: true, sort: (n) => n.count, show: (n) => count(n.count) },
      ...STATES.map((state) => ({
        name: WORDS[state],
        number: true,
        sort: (n) => stateCount(n, state),
        show: (n) => count(stateCount(n, state)),
      })),
    ],
    (node) => node.name,
    { label: "Nodes of the graph", empty: "No nodes." },
  );
  const isGrouped = of === "groups";
  const choice = (name, isShown, path) =>
    h("button", { type: "button", "aria-pressed": String(isShown), onclick: () => navigate(path) }, name);
  const ways = h(
    "div",
    { class: "choices", role: "group", "aria-label": "What a node is" },
    choice("Tasks while few", !isGrouped, "/graph"),
    choice("Groups", isGrouped, "/graph?of=groups"),
  );
  const own = card("Now", { right: legend }, picture.element, empty);
  main.append(head, ways, own.element, card("As a table", {}, list.element).element);
  return {
    update(given) {
      // A layer of one task has the layer's own name where it has no axes, and a block's key where it has.
      const body = {
        ...given,
        nodes: given.nodes.map((node) => ({ ...node, key: given.kind === "layers" ? `${node.name}/0` : node.name })),
      };
      const { kind, nodes, edges, total } = body;
      const groups = plural(nodes.length, kind === "layers" ? "layer" : "kind");
      say(
        kind === "tasks"
          ? `${plural(total, "task")}, each a node.`
          : `${plural(total, "task")} in ${groups}, each a node.`,
      );
      own.say("drag to move, scroll to come closer, click to open");
      empty.hidden = nodes.length > 0;
      picture.element.hidden = nodes.length === 0;
      const now = JSON.stringify([nodes.map(({ name }) => name), edges]);
      if (now !== shape) {
        shape = now;
        placed = place(body);
      }
      picture.update(body);
      list.update(nodes.map((node) => ({ ...node, isTask: node.count === 1 && kind !== "kinds" })));
    },
  };
}

const stateCount = ({ states }, state) =>
  (states[state] ?? 0) + (state === "processing" ? (states.assigned ?? 0) + (states.racing ?? 0) : 0);

function place({ kind, nodes, edges }) {
  const size = kind === "tasks" ? { width: 26, height: 26 } : { width: 150, height: 44 };
  return layout(
    nodes.map((_, at) => ({ name: String(at), ...size })),
    edges.map(([from, to]) => ({ from: String(from), to: String(to) })),
    kind === "tasks" ? { gap: 18, rankGap: 46 } : { gap: 34, rankGap: 56 },
  );
}

/** What most of a node's tasks are; work at hand and failures are shown before what is over. */
function leading(node) {
  for (const state of ["erred", "processing"]) if (stateCount(node, state) > 0) return state;
  return STATES.reduce((best, state) => (stateCount(node, state) > stateCount(node, best) ? state : best), "waiting");
}

const share = (node) => (stateCount(node, "done") + stateCount(node, "memory")) / node.count;

/** Invisible nodes at two corners give the drawing the frame's own shape, so that it is not stretched. */
function corners(placed, { clientWidth, clientHeight }) {
  const scale = Math.max(placed.width / (clientWidth - MARGIN_PX), placed.height / (clientHeight - MARGIN_PX), 0.7);
  const [halfWidth, halfHeight] = [(clientWidth * scale) / 2, (clientHeight * scale) / 2];
  return [-1, 1].map((side) => ({
    name: `corner ${side}`,
    node: { name: "", prefix: "", count: 1, states: {} },
    x: placed.width / 2 + side * halfWidth,
    y: placed.height / 2 + side * halfHeight,
    symbolSize: 0,
    label: { show: false },
    tooltip: { show: false },
  }));
}

function draw({ kind, nodes, edges }, placed, frame) {
  const isTasks = kind === "tasks";
  const sizeOf = ({ count: n }) => (isTasks ? 18 : Math.min(54, 20 + 6 * Math.log2(n + 1)));
  return {
    tooltip: {
      ...{ confine: true },
      formatter: ({ dataType, data }) => (dataType === "node" ? describe(data.node) : ""),
    },
    series: [
      {
        type: "graph",
        layout: "none",
        roam: true,
        scaleLimit: { min: 0.2, max: 6 },
        left: 0,
        right: 0,
        top: 0,
        bottom: 0,
        edgeSymbol: ["none", "arrow"],
        edgeSymbolSize: 6,
        lineStyle: { color: token("faint"), opacity: 0.5, width: 1.1, curveness: 0.04 },
        label: {
          show: !isTasks || nodes.length <= 40,
          position: isTasks ? "bottom" : "right",
          color: token("soft"),
          fontSize: 11.5,
          lineHeight: 16,
          distance: 6,
          formatter: ({ data }) => labelOf(data.node, isTasks),
        },
        emphasis: { focus: "adjacency", scale: false },
        data: [
          ...corners(placed, frame),
          ...nodes.map((node, at) => {
            const { x, y } = placed.nodes.get(String(at));
            const isTask = node.count === 1 && kind !== "kinds";
            return {
              name: String(at),
              node,
              isTask,
              x,
              y,
              symbolSize: sizeOf(node),
              itemStyle: dress(node),
            };
          }),
        ],
        links: edges.map(([from, to]) => ({ source: String(from), target: String(to) })),
      },
    ],
  };
}

/** A node of many tasks fills from below as they come along; one that has failures wears a red rim. */
function dress(node) {
  const rim = { borderColor: token(stateCount(node, "erred") > 0 ? "s-erred" : "card"), borderWidth: 2 };
  if (node.count === 1) return { color: stateColor(leading(node)), ...rim };
  let at = 0;
  const colorStops = STATES.filter((state) => stateCount(node, state) > 0).flatMap((state) => {
    const from = at;
    at = Math.min(1, at + stateCount(node, state) / node.count);
    return [from, at].map((offset) => ({ offset, color: stateColor(state) }));
  });
  return { color: { type: "linear", x: 0, y: 1, x2: 0, y2: 0, colorStops }, ...rim };
}

function labelOf(node, isTasks) {
  if (isTasks) return node.prefix;
  return node.count === 1 ? node.prefix : `${node.prefix}\n${count(node.count)} · ${Math.round(share(node) * 100)} %`;
}

function describe(node) {
  const escaped = node.name.replace(/[<>&]/g, (char) => `&#${char.charCodeAt(0)};`);
  const lines = STATES.filter((state) => stateCount(node, state) > 0).map(
    (state) => `${WORDS[state]}: ${count(stateCount(node, state))}`,
  );
  return `<b>${escaped}</b><br>${lines.join("<br>")}`;
}
