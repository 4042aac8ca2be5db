/** Where a value lies outside of memory, as it is: it need not be written elsewhere to leave memory. */
export interface Origin {
  /**
   * Keeps hold of it, so that it can be read again though its name were given to another or removed; undefined if it is no more what was read.
   * @throws what the file system says
   */
  hold(): Promise<HeldOrigin | undefined>;
}

export interface HeldOrigin {
  /** The value again. @throws if what lies there was changed since */
  read(): Promise<unknown>;
  release(): Promise<void>;
}

const origins = new WeakMap<object, Origin>();

/** Says of a value where it was read from, bytes of a file that cost little to read again. */
export function noteOrigin(value: object, origin: Origin): void {
  origins.set(value, origin);
}

/** Where a value was read from, if that is known in this process. */
export const originOf = (value: unknown): Origin | undefined =>
  typeof value === "object" && value !== null ? origins.get(value) : undefined;
