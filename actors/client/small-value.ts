import type { EncodedItem } from "../../runtime/protocol/value-column.ts";
import { importModule } from "../../runtime/wire/function-loader.ts";
import { decodeValueSoon, unflattenValue } from "../../runtime/wire/value.ts";
import { ChunkFault } from "../chunk/chunk-fault.ts";

/** A value that came along with its completion; a promise where a module has to be imported first. */
export function decodedSmall({ bytes }: EncodedItem): unknown {
  try {
    return decodeValueSoon(unflattenValue(bytes), importModule);
  } catch (error) {
    return new ChunkFault(error);
  }
}
