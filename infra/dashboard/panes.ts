import { pageNames } from "./views.ts";

/** A view, or one card of it, on a page of its own without anything around it. */
export interface Pane {
  readonly title: string;
  readonly view: string;
  /** The card, by its heading in small letters with hyphens. */
  readonly card?: string;
}

const cards: readonly (readonly [title: string, view: string])[] = [
  ["Task stream", "status"],
  ["Progress", "status"],
  ["Memory by worker", "status"],
  ["Sent to workers", "status"],
  ["Pace", "status"],
  ["Workers busy", "status"],
  ["Network", "status"],
];
const SCALE = "scale";

const slug = (title: string): string => title.toLowerCase().replaceAll(" ", "-");
const titled = (name: string): string => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;

const panes: ReadonlyMap<string, Pane> = new Map([
  ...cards.map(([title, view]): [string, Pane] => [slug(title), { title, view, card: slug(title) }]),
  ...pageNames.map((view): [string, Pane] => [view, { title: titled(view), view }]),
  [SCALE, { title: "Scale", view: "workers", card: SCALE }],
]);

const PREFIX = "/individual/";

/** The pane of a path such as "/individual/task-stream"; undefined where there is none. */
export const findPane = (pathname: string): Pane | undefined =>
  pathname.startsWith(PREFIX) ? panes.get(pathname.slice(PREFIX.length)) : undefined;

/**
 * Paths of all panes by what they show, for notebooks that embed them; that which changes something only where it may.
 * @see https://github.com/dask/dask-labextension
 */
export const paneList = (prefix: string, hasToken: boolean): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...panes]
      .filter(([name]) => name !== SCALE || hasToken)
      .map(([name, { title }]) => [title, `${prefix}${PREFIX}${name}`]),
  );
