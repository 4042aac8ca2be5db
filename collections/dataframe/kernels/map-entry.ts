/**
 * Where a worker finds {@link mapTable}: with every method of tables in place, since functions of users call them.
 */
import "../index.ts";

export { mapTable } from "./map-table.ts";
