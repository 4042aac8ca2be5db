// The lifecycle of a task as a drawing: the state it is in is lit, the way it took is marked.

import { s } from "./dom.js";
import { layout } from "./layout.js";

const BOX = { width: 96, height: 34 };

/**
 * @param lifecycle {{ states: string[], edges: { from: string, event: string, to: string }[] }}
 */
export function stateChart(lifecycle) {
  const edges = mergedEdges(lifecycle.edges);
  const nodes = lifecycle.states.map((name) => ({ name, ...BOX }));
  const placed = layout(
    nodes,
    edges.map(({ from, to, events }) => ({
      from,
      to,
      label: { width: Math.max(...events.map((event) => event.length)) * 6 + 8, height: 14 * events.length },
    })),
    { direction: "LR", gap: 26, rankGap: 34 },
  );
  const drawn = new Map(edges.map((edge, i) => [`${edge.from} ${edge.to}`, drawEdge(edge, placed.edges[i])]));
  const boxes = new Map(nodes.map(({ name }) => [name, drawBox(name, placed.nodes.get(name))]));
  const viewBox = `-8 -8 ${placed.width + 16} ${placed.height + 16}`;
  const element = s(
    "svg",
    { class: "state-chart", role: "img", "aria-label": "Lifecycle of a task", viewBox },
    s("defs", {}, arrowHead()),
    ...[...drawn.values()].map(({ path }) => path),
    ...[...drawn.values()].flatMap(({ texts }) => [...texts.values()]),
    ...boxes.values(),
  );
  let lit;
  return {
    element,
    /** Lights a state, and marks the steps that led there. */
    light(state, steps) {
      const walked = new Set(steps.map(({ from, to }) => `${from} ${to}`));
      const said = new Set(steps.map(({ from, event, to }) => `${from} ${to} ${event}`));
      for (const [name, { path, texts }] of drawn) {
        path.classList.toggle("walked", walked.has(name));
        for (const [event, text] of texts) text.classList.toggle("walked", said.has(`${name} ${event}`));
      }
      const visited = new Set(steps.flatMap(({ from, to }) => [from, to]));
      for (const [name, box] of boxes)
        box.setAttribute("class", name === state ? "lit" : visited.has(name) ? "visited" : "");
      if (state !== lit) scrollTo(element, placed.nodes.get(state));
      lit = state;
      element.setAttribute("aria-label", `Lifecycle of a task: it is ${state}`);
    },
  };
}

/** On narrow screens the drawing is wider than its frame: the state that is lit is moved to the middle. */
function scrollTo(element, place) {
  const frame = element.parentElement;
  if (frame === null || place === undefined) return;
  const scale = element.clientWidth / element.viewBox.baseVal.width;
  frame.scrollLeft = (place.x - element.viewBox.baseVal.x) * scale - frame.clientWidth / 2;
}

/** Events that lead from one state to another share a line. */
function mergedEdges(edges) {
  const merged = new Map();
  for (const { from, event, to } of edges) {
    if (from === to) continue;
    const edge = merged.get(`${from} ${to}`) ?? { from, to, events: [] };
    edge.events.push(event);
    merged.set(`${from} ${to}`, edge);
  }
  return [...merged.values()];
}

function drawEdge({ events }, { points, x, y }) {
  const path = s("path", { class: "edge", d: smooth(points), "marker-end": "url(#arrow)" });
  const texts = events.map((event, at) => {
    const text = s("text", { class: "label", x, y: y + (at - (events.length - 1) / 2) * 13 });
    text.textContent = words(event);
    return [event, text];
  });
  return { path, texts: new Map(texts) };
}

function drawBox(name, { x, y }) {
  const text = s("text", { x, y });
  text.textContent = name;
  return s("g", {}, s("rect", { x: x - BOX.width / 2, y: y - BOX.height / 2, ...BOX, rx: 9 }), text);
}

function arrowHead() {
  const shape = s("path", { d: "M0 0L8 4L0 8z", fill: "context-stroke" });
  const size = { viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7 };
  return s("marker", { id: "arrow", ...size, orient: "auto-start-reverse" }, shape);
}

/** "inputsReady" → "inputs ready" */
export const words = (event) => event.replace(/[A-Z]/g, (char) => ` ${char.toLowerCase()}`);

function smooth(points) {
  const [first, ...rest] = points;
  let path = `M${first.x} ${first.y}`;
  for (let i = 0; i < rest.length - 1; i++) {
    const { x, y } = rest[i];
    const next = rest[i + 1];
    const isLast = i === rest.length - 2;
    path += ` Q${x} ${y} ${isLast ? next.x : (x + next.x) / 2} ${isLast ? next.y : (y + next.y) / 2}`;
  }
  if (rest.length === 1) path += ` L${rest[0].x} ${rest[0].y}`;
  return path;
}
