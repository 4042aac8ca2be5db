/** How files of partitions are called. */
export interface PartNaming {
  /** The name of a partition's file, without its ending, from the partition's number; unless told, the number says it. */
  readonly nameFunction?: (partition: number) => string;
}

/**
 * A name a partition: the user's, or the usual one.
 * @throws TypeError for a name that is no text, RangeError for one that is empty, a path, or given twice
 */
export function partNames(
  count: number,
  nameFunction: PartNaming["nameFunction"],
  usual: (partition: number) => string,
): string[] {
  if (nameFunction === undefined) return Array.from({ length: count }, (_, at) => usual(at));
  const seen = new Map<string, number>();
  return Array.from({ length: count }, (_, at) => {
    const name: unknown = nameFunction(at);
    if (typeof name !== "string")
      throw new TypeError(`nameFunction gives text, for partition ${at} it gave ${typeof name}`);
    if (name === "" || /[/\\]/.test(name))
      throw new RangeError(`nameFunction gives the name of a file, for partition ${at} it gave "${name}"`);
    const first = seen.get(name);
    if (first !== undefined)
      throw new RangeError(`nameFunction gives a name once; "${name}" is that of partitions ${first} and ${at}`);
    seen.set(name, at);
    return name;
  });
}
