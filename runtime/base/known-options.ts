/**
 * Refuses options that nobody reads: a name that is misspelt would vanish otherwise.
 * @param of whose options they are, as the message says it: "Client.local"
 * @throws TypeError naming the option and the nearest ones that there are
 */
export function refuseUnknownOptions(given: unknown, known: readonly string[], of: string): void {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new TypeError(`The options of ${of} are an object, not ${shown(given)}; it may have ${known.join(", ")}`);
  const stranger = Object.keys(given).find((name) => !known.includes(name));
  if (stranger === undefined) return;
  const near = nearNames(stranger, known);
  const hint = near.length > 0 ? `did you mean ${near.map((name) => `"${name}"`).join(" or ")}?` : known.join(", ");
  throw new TypeError(`${of} has no option "${stranger}"; ${near.length > 0 ? hint : `it has ${hint}`}`);
}

/** A value as a message about an option shows it: texts in quotes, others short. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) {
    const name: string | undefined = value.constructor?.name;
    return name === undefined || name === "Object" ? "an object" : `an instance of ${name}`;
  }
  return typeof value === "bigint" ? `${value}n` : String(value);
}

/** The names that a misspelt one may stand for, nearest first; none where none is near. */
export function nearNames(name: string, known: readonly string[]): string[] {
  const limit = Math.min(2, name.length / 2 - 0.5);
  const plain = name.toLowerCase();
  return known
    .map((one) => ({ one, edits: one.toLowerCase() === plain ? 0 : editsBetween(one, name) }))
    .filter(({ edits }) => edits <= limit || edits === 0)
    .sort((a, b) => a.edits - b.edits)
    .map(({ one }) => one);
}

/** Edits between two short names (Levenshtein), 3 where there are more than 2. */
function editsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (next[j - 1] as number) + 1,
          (row[j] as number) + 1,
          (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] as number;
}
