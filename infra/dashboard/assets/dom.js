// Small tools to build a page: elements, cards, lists that keep their elements, tables.
import { at } from "./place.js";

/** An element. Attributes that are functions listen; `undefined` and `false` ones are left out; links are paths of this page. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false || value === null) continue;
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (name === "style") element.style.cssText = value;
    else if (name === "href" && String(value).startsWith("/")) element.setAttribute(name, at(value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An element of a drawing. */
export function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** Sets text only where it changed: what is selected, or read aloud, stays. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The head of a page. */
export function pageHead(title, about, crumb) {
  const line = h("p", {}, about ?? "");
  const head = h(
    "div",
    { class: "page-head" },
    crumb === undefined ? undefined : h("p", { class: "crumb" }, h("a", { href: crumb.href }, `← ${crumb.text}`)),
    h("h1", {}, title),
    line,
  );
  return { head, say: (text) => setText(line, text) };
}

/**
 * A card with a heading, a note beside it, and whatever it shows.
 * @param {string} title
 * @param {{ width?: string, note?: string, right?: any }} [options]
 * @param {...any} children
 */
export function card(title, { width = "", note = "", right } = {}, ...children) {
  const id = `c-${title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  const said = h("span", { class: "note" }, note);
  const element = h(
    "section",
    { class: `card ${width}`, "aria-labelledby": id },
    h(
      "header",
      {},
      h("h2", { id }, title),
      said,
      right === undefined ? undefined : h("div", { class: "right" }, right),
    ),
    ...children,
  );
  return { element, say: (text) => setText(said, text) };
}

/** Keeps one element for each item, by key, in the items' order. */
export function keyed(container, keyOf, make, update) {
  const kept = new Map();
  return (items) => {
    const seen = new Set();
    items.forEach((item, at) => {
      const key = keyOf(item);
      seen.add(key);
      let element = kept.get(key);
      if (element === undefined) {
        element = make(item);
        kept.set(key, element);
      }
      update(element, item);
      if (container.children[at] !== element) container.insertBefore(element, container.children[at] ?? null);
    });
    for (const [key, element] of kept)
      if (!seen.has(key)) {
        element.remove();
        kept.delete(key);
      }
  };
}

/**
 * A table whose columns can be sorted. A column has a name, what to sort by, and how a cell is shown.
 * @param {{ name: string, number?: boolean, sort?: (row: any) => any, show: (row: any) => any, wide?: boolean }[]} columns
 * @param {(row: any) => string} keyOf
 * @param {{ label?: string, sort?: { at: number, descending: boolean }, empty?: string }} [options]
 */
export function table(columns, keyOf, { label, sort: first, empty = "Nothing yet" } = {}) {
  let sorted = first ?? { at: -1, descending: false };
  let rows = [];
  const heads = columns.map((column, at) =>
    h(
      "th",
      { scope: "col", class: column.number ? "number" : undefined },
      column.sort === undefined ? column.name : h("button", { type: "button", onclick: () => sortBy(at) }, column.name),
    ),
  );
  const body = h("tbody");
  const none = h("p", { class: "empty" }, empty);
  const element = h(
    "div",
    { class: "scroll" },
    h("table", { "aria-label": label }, h("thead", {}, h("tr", {}, ...heads)), body),
    none,
  );
  const draw = keyed(
    body,
    keyOf,
    () =>
      h(
        "tr",
        {},
        ...columns.map((column) =>
          h("td", { class: [column.number ? "number" : "", column.wide ? "wide" : ""].join(" ").trim() }),
        ),
      ),
    (line, row) =>
      columns.forEach((column, at) => {
        const shown = column.show(row);
        const cell = line.children[at];
        if (shown instanceof Element) {
          if (cell.firstChild === null || cell.innerHTML !== shown.outerHTML) cell.replaceChildren(shown);
        } else setText(cell, String(shown));
      }),
  );
  function sortBy(at) {
    sorted = { at, descending: sorted.at === at ? !sorted.descending : columns[at].number === true };
    update(rows);
  }
  function update(given) {
    rows = given;
    none.hidden = rows.length > 0;
    heads.forEach((head, at) => {
      if (at === sorted.at) head.setAttribute("aria-sort", sorted.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    const by = columns[sorted.at]?.sort;
    const ordered =
      by === undefined ? rows : [...rows].sort((a, b) => compare(by(a), by(b)) * (sorted.descending ? -1 : 1));
    draw(ordered);
  }
  return { element, update };
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}

/** A meter in a cell: part from 0 to 1, and what it says. */
export function meter(part, text) {
  const width = Math.round(Math.max(0, Math.min(1, part)) * 100);
  return h("span", {}, h("span", { class: "meter" }, h("i", { style: `width:${width}%` })), text);
}

/** A state as a label. */
export const stateLabel = (state) => h("span", { class: "state", "data-state": state }, state);

export const workerLink = (id) => h("a", { href: `/workers/${encodeURIComponent(id)}` }, id);
export const taskLink = (key) => h("a", { href: `/tasks/${encodeURIComponent(key)}`, class: "mono" }, key);
