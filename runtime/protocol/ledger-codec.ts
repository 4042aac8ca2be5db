import { ShoalError } from "../base/errors.ts";
import { decodeMessage, encodeMessage } from "../wire/codec.ts";
import { defineMessage, tree } from "../wire/schema.ts";

const transactionSchema = defineMessage(1, "transaction", { records: tree<readonly unknown[]>() });

/** Records that a scheduler writes down together, as bytes; columns ride beside the rest. */
export const encodeLedger = (records: readonly unknown[]): Uint8Array =>
  encodeMessage(transactionSchema, { type: "transaction", records });

/** @throws ShoalError DECODE */
export function decodeLedger<Record>(bytes: Uint8Array): readonly Record[] {
  const { records } = decodeMessage([transactionSchema], bytes);
  if (!Array.isArray(records)) throw new ShoalError("A transaction holds no list of records", { code: "DECODE" });
  return records as readonly Record[];
}
