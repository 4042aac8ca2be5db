// Figures for people.

/** 1,234,567; "1.23 M" from ten million on. */
export function count(n) {
  if (n >= 1e7) return `${(n / 1e6).toFixed(n >= 1e8 ? 0 : 1)} M`;
  return Math.round(n).toLocaleString("en");
}

export function bytes(n) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let at = 0;
  while (Math.abs(n) >= 1000 && at < units.length - 1) {
    n /= 1000;
    at += 1;
  }
  return `${at === 0 || Math.abs(n) >= 100 ? Math.round(n) : n.toFixed(1)} ${units[at]}`;
}

export function duration(ms) {
  if (ms >= 3_570_000) return parts(Math.round(ms / 60_000), "h", "min");
  if (ms >= 59_950) return parts(Math.round(ms / 1000), "min", "s");
  if (ms >= 1000) return `${(ms / 1000).toFixed(ms >= 10_000 ? 1 : 2)} s`;
  if (ms >= 1) return `${ms.toFixed(ms >= 100 ? 0 : 1)} ms`;
  const us = Math.round(ms * 1000);
  return us === 0 ? "0" : `${us} µs`;
}

/** "3 min 20 s", "3 min" */
function parts(n, large, small) {
  const rest = n % 60;
  return `${Math.floor(n / 60)} ${large}${rest === 0 ? "" : ` ${rest} ${small}`}`;
}

export const percent = (part) => `${Math.round(part * 100)} %`;

/** "1,200/s", "3.4/s" */
export const rate = (perSecond) =>
  `${perSecond >= 100 ? count(perSecond) : perSecond.toFixed(perSecond >= 10 || perSecond === 0 ? 0 : 1)}/s`;

export const clock = (ms) => new Date(ms).toLocaleTimeString("en-GB");

/** "just now", "12 s ago", "3 min ago" */
export function ago(ms) {
  if (ms < 1500) return "just now";
  if (ms < 90_000) return `${Math.round(ms / 1000)} s ago`;
  if (ms < 5_400_000) return `${Math.round(ms / 60_000)} min ago`;
  return `${Math.round(ms / 3_600_000)} h ago`;
}

export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
