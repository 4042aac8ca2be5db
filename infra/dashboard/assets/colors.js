// Colours: of states and text from the style sheet, of kinds of tasks from a palette.

const LIGHT = [
  "#4c6fff",
  "#0fa08d",
  "#e8a010",
  "#e0507a",
  "#8a5bd6",
  "#2f9fd8",
  "#79a83b",
  "#d9733a",
  "#5d6b98",
  "#b857bd",
];
const DARK = [
  "#7d95ff",
  "#35c2ad",
  "#f0b541",
  "#f07c9e",
  "#a988ea",
  "#5dbbeb",
  "#9bc65c",
  "#ea9463",
  "#8c9ac4",
  "#d184d6",
];

const given = new Map();

export const isDark = () => document.documentElement.dataset.theme === "dark";

/** A kind keeps its colour; kinds whose names begin alike get others. */
export function kindColor(name) {
  let at = given.get(name);
  if (at === undefined) {
    let hash = 7;
    for (const char of name) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
    const used = new Set(given.values());
    at = hash % LIGHT.length;
    for (let i = 0; i < LIGHT.length && used.has(at); i++) at = (at + 1) % LIGHT.length;
    given.set(name, at);
  }
  return (isDark() ? DARK : LIGHT)[at];
}

/** A colour of the style sheet: token("ink"), token("s-memory"). */
export const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export const STATES = ["done", "memory", "processing", "ready", "waiting", "erred"];

export const stateColor = (state) =>
  token(
    `s-${{ assigned: "processing", racing: "processing", released: "waiting", forgotten: "waiting" }[state] ?? state}`,
  );
