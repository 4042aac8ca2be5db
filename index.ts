/**
 * Shoal: Dask for TypeScript, as actors over NATS. This file lists the public names of the `shoal` entry by hand;
 * `shoal/array`, `shoal/bag` and `shoal/dataframe` are entries of their own.
 */
export { CancelledError, OverloadedError, ShoalError, TaskError, TimeoutError } from "./runtime/base/errors.ts";
