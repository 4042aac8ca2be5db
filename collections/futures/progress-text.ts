import { formatDuration } from "../../runtime/base/units.ts";

/** How tasks of one kind come along. */
export interface KindProgress {
  readonly name: string;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
}

const NAME_MAX = 24;
const BAR_MAX = 40;
const BAR_MIN = 4;

/** A line with a bar for each kind; none is wider than the terminal, however narrow. */
export function progressLines(kinds: readonly KindProgress[], columns: number, elapsedMs: number): string[] {
  const nameWidth = Math.min(NAME_MAX, Math.max(0, ...kinds.map(({ name }) => name.length)));
  const time = formatDuration(elapsedMs);
  return kinds.map(({ name, total, done, failed }) => {
    const bad = failed === 0 ? "" : ` ${failed} failed`;
    const figures = ` ${done + failed}/${total}${bad} ${time}`;
    const room = columns - 1 - nameWidth - 3 - figures.length;
    const shown = name.length > nameWidth ? `${name.slice(0, nameWidth - 1)}…` : name.padEnd(nameWidth);
    if (room < BAR_MIN) return `${shown}${figures}`.slice(0, Math.max(1, columns - 1));
    return `${shown} ${barText(total === 0 ? 1 : (done + failed) / total, Math.min(BAR_MAX, room))}${figures}`;
  });
}

/** A bar of so many places in brackets. */
export function barText(part: number, places: number): string {
  const filled = Math.round(Math.max(0, Math.min(1, part)) * places);
  return `[${"#".repeat(filled)}${".".repeat(places - filled)}]`;
}
