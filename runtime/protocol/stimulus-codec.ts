import { decodeMessage, encodeMessage } from "../wire/codec.ts";
import { defineMessage, tree } from "../wire/schema.ts";

const stimulusSchema = defineMessage(1, "stimulus", { stimulus: tree<unknown>() });

/** What happened to a scheduler, as bytes; columns ride beside the rest. @throws TypeError where values are live */
export const encodeStimulus = (stimulus: unknown): Uint8Array =>
  encodeMessage(stimulusSchema, { type: "stimulus", stimulus });

/** @throws ShoalError DECODE */
export const decodeStimulus = (bytes: Uint8Array): unknown => decodeMessage([stimulusSchema], bytes).stimulus;
