// The log: who came and went, what failed, what was refused.
import { card, h, keyed, pageHead, stateLabel, taskLink, workerLink } from "../dom.js";
import { clock, plural } from "../format.js";

const LEVELS = ["info", "warn", "error"];

export function mount(main) {
  const { head, say } = pageHead("Log");
  let least = 0;
  let entries = [];
  const body = h("tbody", { "aria-live": "off" });
  const empty = h("p", { class: "empty" }, "Nothing has been noted.");
  const draw = keyed(
    body,
    ({ number }) => number,
    makeLine,
    () => {},
  );
  const buttons = LEVELS.map((_level, at) =>
    h(
      "button",
      { type: "button", "aria-pressed": String(at === 0), onclick: () => choose(at) },
      at === 0 ? "All" : at === 1 ? "Warnings and errors" : "Errors",
    ),
  );
  const heads = ["Time", "Level", "Who", "What"].map((text) => h("th", { scope: "col" }, text));
  const list = h(
    "div",
    { class: "scroll" },
    h("table", { "aria-label": "Log of the cluster" }, h("thead", {}, h("tr", {}, ...heads)), body),
    empty,
  );
  main.append(
    head,
    card(
      "Newest first",
      { right: h("div", { class: "choices", role: "group", "aria-label": "Level" }, ...buttons) },
      list,
    ).element,
  );
  function choose(at) {
    least = at;
    buttons.forEach((button, i) => {
      button.setAttribute("aria-pressed", String(i === at));
    });
    show();
  }
  function show() {
    const shown = entries
      .filter(({ level }) => LEVELS.indexOf(level) >= least)
      .slice(-300)
      .reverse();
    empty.hidden = shown.length > 0;
    draw(shown);
  }
  return {
    update(given) {
      entries = given.entries;
      const errors = entries.filter(({ level }) => level === "error").length;
      say(
        `${plural(entries.length, "entry", "entries")}, ${plural(errors, "error")}. The scheduler keeps the last thousand.`,
      );
      show();
    },
  };
}

function makeLine({ atMs, level, about, name, text }) {
  const who = about === "worker" ? workerLink(name) : about === "task" ? taskLink(name) : name;
  return h(
    "tr",
    {},
    h("td", {}, clock(atMs)),
    h("td", {}, stateLabel(level)),
    h("td", { class: "wide" }, about === "client" ? `client ${name}` : who),
    h("td", { class: "wide" }, text),
  );
}
