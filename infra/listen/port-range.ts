const PORT_MAX = 65_535;

/** Ports that may be listened at, from the first to the last; 0 is any that is free. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a port or a range of them: 8787, "8787", "8787-8797".
 * @param what names the option in errors
 * @throws RangeError for what is neither
 */
export function parsePorts(ports: number | string, what: string): PortRange {
  const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(String(ports).trim()) ?? [];
  const [first, last] = [Number(from), Number(to ?? from)];
  const isRange = to !== undefined;
  if (from !== undefined && first <= last && last <= PORT_MAX && !(isRange && first === 0)) return { first, last };
  throw new RangeError(`${what} takes a port from 0 to ${PORT_MAX}, or a range such as 8787-8797, not "${ports}"`);
}

/** "8787", "8787-8797" */
export const portsShown = ({ first, last }: PortRange): string => (first === last ? `${first}` : `${first}-${last}`);

/**
 * Listens at the first port of a range that nobody has.
 * @param isTaken tells whether a port was refused because somebody has it
 * @throws what listening at the last of them threw, or at one that failed in another way
 */
export async function firstFree<T>(
  { first, last }: PortRange,
  listen: (port: number) => Promise<T>,
  isTaken: (error: unknown) => boolean = isInUse,
): Promise<T> {
  for (let port = first; ; port++)
    try {
      return await listen(port);
    } catch (error) {
      if (port >= last || !isTaken(error)) throw error;
    }
}

const isInUse = (error: unknown): boolean => (error as { code?: string }).code === "EADDRINUSE";
