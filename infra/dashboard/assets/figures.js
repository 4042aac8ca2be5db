// A strip of figures.
import { h, keyed, setText } from "./dom.js";

/** Items: { name, value, small?, isBad? } */
export function figureStrip(label) {
  const element = h("dl", { class: "figures", "aria-label": label });
  const update = keyed(
    element,
    ({ name }) => name,
    ({ name }) => h("div", {}, h("dt", {}, name), h("dd", {}, h("span"), h("small"))),
    (item, { value, small = "", isBad = false }) => {
      const [, shown] = item.children;
      setText(shown.firstChild, value);
      setText(shown.lastChild, small);
      item.classList.toggle("bad", isBad);
    },
  );
  return { element, update };
}
