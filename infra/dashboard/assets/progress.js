// Progress by kind of task: what is done, what is at hand, what waits.
import { kindColor, STATES } from "./colors.js";
import { h, keyed, setText } from "./dom.js";
import { count } from "./format.js";

const WORDS = {
  done: "done, let go",
  memory: "in memory",
  processing: "at workers",
  ready: "ready",
  waiting: "waiting",
  erred: "failed",
};

export function progressList() {
  const list = h("ul", { class: "progress" });
  const empty = h("p", { class: "empty" }, "No tasks yet.");
  const draw = keyed(list, ({ name }) => name, makeItem, updateItem);
  const legend = h(
    "ul",
    { class: "legend", "aria-hidden": "true" },
    ...STATES.map((state) => h("li", {}, h("i", { class: `is-${state}` }), WORDS[state])),
  );
  return {
    elements: [list, empty],
    legend,
    update(prefixes) {
      empty.hidden = prefixes.length > 0;
      draw(prefixes);
    },
  };
}

function makeItem({ name }) {
  const bar = h(
    "div",
    { class: "bar", role: "progressbar", "aria-valuemin": 0 },
    ...STATES.map((state) => h("i", { class: `is-${state}` })),
  );
  return h("li", {}, h("div", { class: "name" }, h("b", { title: name }, name), h("span")), bar);
}

function updateItem(item, figures) {
  const [line, bar] = item.children;
  const [title, said] = line.children;
  title.style.setProperty("--swatch", kindColor(figures.name));
  const total = STATES.reduce((sum, state) => sum + figures[state], 0);
  const isOver = total === 0;
  const finished = figures.done + figures.memory;
  STATES.forEach((state, at) => {
    const part = isOver ? (state === "done" ? 1 : 0) : figures[state] / total;
    bar.children[at].style.width = `${part * 100}%`;
  });
  const failed = isOver ? figures.failedTotal : figures.erred;
  const text = isOver ? `${count(figures.finishedTotal)} finished` : `${count(finished)} of ${count(total)}`;
  setText(said, failed > 0 ? `${text}, ${count(failed)} failed` : text);
  bar.setAttribute("aria-valuemax", String(isOver ? 1 : total));
  bar.setAttribute("aria-valuenow", String(isOver ? 1 : finished));
  bar.setAttribute("aria-label", `${figures.name}: ${said.textContent}`);
}
