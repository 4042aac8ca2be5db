import { createRequire } from "node:module";
import type * as Arrow from "apache-arrow";
import { ShoalError } from "../base/errors.ts";

type ArrowModule = Pick<typeof Arrow, "Table" | "tableToIPC" | "tableFromIPC">;

/** Copies of apache-arrow in this process: an import and a require give different classes that do not mix. */
const copies: ArrowModule[] = [];

/** Whether a value looks like an Arrow table, told without loading the library. */
export function isArrowTable(value: object): value is Arrow.Table {
  const table = value as Partial<Arrow.Table>;
  return Array.isArray(table.batches) && Array.isArray(table.schema?.fields) && "numRows" in value;
}

/**
 * An Arrow table as an IPC stream.
 * @throws ShoalError MISSING_MODULE if the library is not loaded here yet; {@link loadArrow} does.
 */
export function arrowTableBytes(table: Arrow.Table): Uint8Array {
  const copy = copies.find((one) => table instanceof one.Table);
  if (copy === undefined) throw notLoaded();
  return copy.tableToIPC(table, "stream");
}

/** The table in an IPC stream; its columns are views where the bytes are aligned. */
export function arrowTableFrom(bytes: Uint8Array): Arrow.Table {
  const [copy] = copies;
  if (copy === undefined) throw notLoaded();
  return copy.tableFromIPC(bytes);
}

/** Loads apache-arrow: the copy that an import gives first, then, for tables that are not of it, the one of require. */
export async function loadArrow(): Promise<void> {
  if (copies.length === 0) copies.push((await import("apache-arrow")) as ArrowModule);
  else if (copies.length === 1) copies.push(createRequire(import.meta.url)("apache-arrow") as ArrowModule);
  else
    throw new ShoalError(
      "The Arrow table was made by another copy of apache-arrow than the one Shoal finds; install one",
      {
        code: "MISSING_MODULE",
        details: { module: "apache-arrow" },
      },
    );
}

const notLoaded = (): ShoalError =>
  new ShoalError("The value holds an Arrow table and apache-arrow is not loaded in this process yet", {
    code: "MISSING_MODULE",
    retryable: true,
    details: { module: "apache-arrow" },
  });
