/**
 * An option that is one of some words.
 * @throws TypeError naming the words
 */
export function oneOf<T extends string>(name: string, given: T, words: readonly T[]): T {
  if (!words.includes(given)) throw new TypeError(`${name} is one of ${words.join(", ")}, got ${String(given)}`);
  return given;
}
