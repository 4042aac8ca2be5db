import { registerValue } from "../../runtime/base/value-type.ts";

/**
 * Stands for a value of so many bytes without taking them: for tests of where data lies, when it is spilled, what is copied.
 * @see https://docs.dask.org/en/stable/api.html (dask.sizeof)
 * @example
 * const large = await client.submit(() => new SizeOf(1e6)).result();
 * large.nbytes; // 1000000
 */
export class SizeOf {
  /** What the cluster's books say that it takes. */
  readonly nbytes: number;

  constructor(nbytes: number) {
    if (!Number.isInteger(nbytes) || nbytes < 0) throw new RangeError(`A value takes 0 bytes or more, not ${nbytes}`);
    this.nbytes = nbytes;
  }
}

registerValue<SizeOf>({
  name: "shoal.SizeOf",
  class: SizeOf,
  module: "shoal:infra/testing/sized",
  encode: ({ nbytes }) => nbytes,
  decode: (nbytes) => new SizeOf(nbytes as number),
});

/**
 * A value that really takes so many bytes.
 * @example
 * genNbytes(1000).byteLength; // 1000
 */
export function genNbytes(nbytes: number): Uint8Array {
  return new Uint8Array(nbytes).fill(1);
}
