import { listOf } from "../dtype.ts";
import { ofText, type ResultRule } from "./operation-types.ts";

const TO_TEXT = (
  "upper lower capitalize title swapcase casefold strip lstrip rstrip replaceText slice sliceReplace getChar pad zfill " +
  "repeat removePrefix removeSuffix extract joinCharacters"
).split(" ");
const TO_BOOL =
  "contains startsWith endsWith match fullMatch isAlnum isAlpha isDecimal isDigit isLower isNumeric isSpace isTitle isUpper".split(
    " ",
  );
const TO_INT = "textLength find rfind countMatches".split(" ");

/** Text, as `Series.str` has it. Positions count characters (code points), not UTF-16 units. */
export const TEXT_OPERATIONS: Readonly<Record<string, ResultRule>> = {
  ...Object.fromEntries(TO_TEXT.map((op) => [op, ofText(op, "string")])),
  ...Object.fromEntries(TO_BOOL.map((op) => [op, ofText(op, "bool")])),
  ...Object.fromEntries(TO_INT.map((op) => [op, ofText(op, "int64")])),
  split: ofText("split", listOf("string")),
  extractAll: ofText("findall", listOf("string")),
  concatText: { result: () => "string" },
  parseTime: ofText("toDatetime", "datetime"),
  parseNumber: ofText("toNumeric", "float64"),
};
