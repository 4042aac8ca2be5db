/**
 * Where a worker finds {@link mapTable} and its like: with every method of tables in place, since functions of users call them.
 */
import "../index.ts";

export { mapOverlapped } from "./map-overlapped.ts";
export { mapTable } from "./map-table.ts";
export { tableOfItem, tableOfOutcome } from "./table-of-outcome.ts";
