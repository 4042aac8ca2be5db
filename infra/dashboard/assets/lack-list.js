// Tasks that no worker may run, by what they ask for: a quiet list, there only while there are any.
import { h, keyed, setText, taskLink } from "./dom.js";
import { duration, plural } from "./format.js";

export function lackList() {
  const list = h("ul", {});
  const element = h(
    "section",
    { class: "lacks", role: "status", "aria-label": "Tasks that no worker may run", hidden: true },
    h("p", {}, "No worker may run these as things are: start one that has what they ask for, or ask for less."),
    list,
  );
  const draw = keyed(
    list,
    ({ asks }) => asks,
    () => h("li", {}, h("b"), " ", h("span"), " ", h("a", { class: "mono" })),
    (item, { asks, tasks, waitedMs, example }) => {
      const [what, said, link] = item.children;
      setText(what, asks);
      const waited = `for ${duration(waitedMs)}`;
      setText(
        said,
        tasks === 1 ? `is wanted ${waited} by` : `is wanted ${waited} by ${plural(tasks, "task")}, such as`,
      );
      setText(link, example);
      link.setAttribute("href", taskLink(example).getAttribute("href"));
    },
  );
  return {
    element,
    update(lacks) {
      element.hidden = lacks.length === 0;
      draw(lacks);
    },
  };
}
