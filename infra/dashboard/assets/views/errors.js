// Errors: tasks that failed, with what they threw.
import { h, keyed, pageHead, taskLink, workerLink } from "../dom.js";
import { ago, plural } from "../format.js";

/** Lines of a stack that belong to Shoal or Node, not to the task. */
const OWN = /\/(runtime|actors)\/[a-z-]+\/[a-z-]+\.(ts|js)|node:internal|\/shoal\/dist\//;

export function mount(main) {
  const { head, say } = pageHead("Errors");
  const list = h("div", { class: "row" });
  const empty = h("p", { class: "empty" }, "No task has failed.");
  const draw = keyed(list, (one) => `${one.key} ${one.worker} ${one.retriesLeft} ${one.message}`, make, update);
  main.append(head, list, empty);
  return {
    update({ failures }) {
      say(
        failures.length === 0
          ? ""
          : `${plural(failures.length, "failure")}, newest first. Futures of these tasks throw the same.`,
      );
      empty.hidden = failures.length > 0;
      draw(failures.slice(0, 60));
    },
  };
}

function make({ key, prefix, worker, name, message, stack, retriesLeft }) {
  const lines = stack.split("\n").slice(message === "" ? 0 : message.split("\n").length);
  const again = retriesLeft > 0 ? ` It is tried again, ${retriesLeft} left.` : "";
  return h(
    "section",
    { class: "card" },
    h("header", {}, h("h2", {}, `${name}: ${message}`), h("span", { class: "note right" })),
    h("p", {}, taskLink(key), ` (${prefix}) on `, workerLink(worker), `.${again}`),
    lines.length === 0
      ? undefined
      : h(
          "details",
          {},
          h("summary", {}, "Stack"),
          h(
            "pre",
            {},
            ...lines.map((line) => h("span", { class: OWN.test(line) ? "own" : undefined }, `${line.trim()}\n`)),
          ),
        ),
  );
}

function update(element, { agoMs }) {
  element.querySelector(".note").textContent = ago(agoMs);
}
