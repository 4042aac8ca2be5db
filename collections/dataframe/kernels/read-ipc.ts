import { ShoalError } from "../../../runtime/base/errors.ts";
import { withLocalFile } from "../../io/local-copy.ts";
import { isFloat } from "../dtype.ts";
import { ownName } from "../engine/own-name.ts";
import { type PolarsExpr, type PolarsLazy, polars, polarsType } from "../engine/polars.ts";
import { lit } from "../engine/typed.ts";
import { type Field, indexName, isIndexName } from "../schema.ts";

const ROW = ownName("row");

/** One Arrow IPC file. */
export interface IpcPart {
  readonly path: string;
  /** The column that is the index; null where rows are numbered. */
  readonly index: string | null;
  readonly version: string;
}

/** The columns of an Arrow IPC file that are asked for. @throws ShoalError DECODE naming the file */
export async function readIpcPart(part: IpcPart, fields: readonly Field[]): Promise<PolarsLazy> {
  const numbered = part.index === null && fields.some(({ name }) => isIndexName(name));
  try {
    return await withLocalFile(part.path, async (local) => {
      const scanned = polars().scanIPC(local, { cache: false } as never) as PolarsLazy;
      const rows = numbered ? (scanned.withRowIndex(ROW) as unknown as PolarsLazy) : scanned;
      return (
        await rows.select(...fields.map((field) => columnValue(field, part.index))).collect()
      ).lazy() as PolarsLazy;
    });
  } catch (cause) {
    if (cause instanceof ShoalError) throw cause;
    throw new ShoalError(`${part.path} cannot be read: ${(cause as Error).message.split("\n")[0]}`, {
      code: "DECODE",
      cause,
      details: { path: part.path },
    });
  }
}

function columnValue({ name, dtype }: Field, index: string | null): PolarsExpr {
  const e = polars().col(name === indexName(0) ? (index ?? ROW) : name);
  if (dtype === "object") return e.alias(name);
  const typed = e.cast(polarsType(dtype));
  return (isFloat(dtype) ? typed.fillNan(lit(null)) : typed).alias(name);
}
