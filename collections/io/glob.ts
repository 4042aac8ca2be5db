/** Whether a path has characters that a pattern gives a meaning. */
export const isPattern = (path: string): boolean => /[*?[]/.test(path);

/**
 * A pattern as a regular expression over whole paths: `*` and `?` stay within a folder, `**` crosses folders, `[a-c]` and `[!a]`
 * are sets. Names that begin with a dot match only where the pattern has the dot.
 * @see https://docs.python.org/3/library/glob.html
 */
export function globExpression(pattern: string): RegExp {
  const segments = pattern.split("/");
  let source = "";
  segments.forEach((segment, at) => {
    const last = at === segments.length - 1;
    if (segment === "**") source += last ? "(?:[^/.][^/]*(?:/(?!\\.)[^/]+)*)" : "(?:(?!\\.)[^/]+/)*";
    else source += segmentSource(segment) + (last ? "" : "/");
  });
  return new RegExp(`^${source}$`, "u");
}

/** The longest folder of a pattern that holds no wildcard: where a search has to start. */
export function fixedFolder(pattern: string): string {
  const segments = pattern.split("/");
  const wild = segments.findIndex(isPattern);
  const fixed = segments.slice(0, wild < 0 ? segments.length - 1 : wild).join("/");
  return fixed === "" && pattern.startsWith("/") ? "/" : fixed;
}

/** How many folders below {@link fixedFolder} a match may lie. */
export function depthOf(pattern: string): number {
  const segments = pattern.split("/");
  const wild = segments.findIndex(isPattern);
  if (segments.includes("**")) return Number.POSITIVE_INFINITY;
  return wild < 0 ? 1 : segments.length - wild;
}

function segmentSource(segment: string): string {
  let source = /^[*?[]/.test(segment) ? "(?!\\.)" : "";
  for (let i = 0; i < segment.length; i++) {
    const c = segment[i] as string;
    const close = c === "[" ? segment.indexOf("]", i + 2) : -1;
    if (c === "*") source += "[^/]*";
    else if (c === "?") source += "[^/]";
    else if (close > 0) {
      source += setSource(segment.slice(i + 1, close));
      i = close;
    } else source += c.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
  }
  return source;
}

function setSource(body: string): string {
  const negated = body.startsWith("!");
  return `[${negated ? "^/" : ""}${(negated ? body.slice(1) : body).replace(/[\\\]^[&]/g, "\\$&")}]`;
}
