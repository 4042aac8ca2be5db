import { ShoalError } from "./errors.ts";

// biome-ignore lint/suspicious/noExplicitAny: classes of any constructor may be registered.
export type AnyClass<T = unknown> = abstract new (...args: any[]) => T;

/** How instances of one class cross processes. */
export interface ValueType<T = unknown> {
  /** Unique in the cluster and stable between releases: "shoal.NDArray". */
  readonly name: string;
  readonly class: AnyClass<T>;
  /** The instance as data: plain objects, arrays, typed arrays, built-ins and other registered instances. */
  encode(value: T): unknown;
  /** The instance again; typed arrays in it may be views on received bytes. */
  decode(plain: unknown): T;
  /** Bytes of memory an instance holds, where it has no `nbytes` of its own to say it; default: a guess by its fields. */
  sizeOf?(value: T): number;
  /** "shoal:<path in the package>" or a file URL: what a process imports that meets the name before the class. */
  readonly module?: string;
}

const byClass = new Map<AnyClass, ValueType>();
const byName = new Map<string, ValueType>();

/**
 * Lets instances of a class travel between processes and to disk. Subclasses need their own registration.
 * @throws ShoalError NAME_TAKEN if another class has the name.
 * @example
 * class Point { x = 0; y = 0; }
 * registerValue<Point>({
 *   name: "geometry.Point",
 *   class: Point,
 *   encode: (p) => [p.x, p.y],
 *   decode: (plain) => Object.assign(new Point(), { x: (plain as number[])[0], y: (plain as number[])[1] }),
 * });
 */
export function registerValue<T>(type: ValueType<T>): void {
  const known = byName.get(type.name);
  if (known !== undefined && known.class !== type.class)
    throw new ShoalError(`The value type ${type.name} is registered for another class already; choose another name`, {
      code: "NAME_TAKEN",
      details: { name: type.name },
    });
  byName.set(type.name, type as ValueType);
  byClass.set(type.class, type as ValueType);
}

/** The registration of exactly this class. */
export const findValueTypeOfClass = (of: unknown): ValueType | undefined => byClass.get(of as AnyClass);

export const findValueTypeByName = (name: string): ValueType | undefined => byName.get(name);
