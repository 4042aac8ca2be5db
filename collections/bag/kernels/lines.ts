import { type LineFormat, readTextBlock, type TextBlock, type TextPiece } from "../../io/text.ts";
import { Flow, type Pulled } from "./flow.ts";
import { concatItems } from "./partitions.ts";

/** How lines are to be read: {@link LineFormat}, and what goes with each line. */
export interface LineReading extends LineFormat {
  readonly includePath: boolean;
  /** What follows the last delimiter of a file is a line even if it is empty. */
  readonly keepEmptyEnd: boolean;
}

/** The lines of some blocks, one after the other, read as they are wanted. */
export const readLines = (blocks: readonly TextBlock[], reading: LineReading): Flow<unknown> =>
  concatItems(blocks.map((block) => linesOf(block, reading)));

function linesOf(block: TextBlock, reading: LineReading): Flow<unknown> {
  const { delimiter, includePath } = reading;
  let pieces: AsyncIterator<TextPiece> | undefined;
  let text = "";
  let from = 0;
  let over = false;
  let endsOpen = false;
  const take = (hint: number): unknown[] => {
    const lines: unknown[] = [];
    while (lines.length < hint && from < text.length) {
      const at = text.indexOf(delimiter, from);
      const to = at < 0 ? text.length : at + delimiter.length;
      const line = text.slice(from, to);
      lines.push(includePath ? [line, block.path] : line);
      from = to;
    }
    return lines;
  };
  const next = async (hint: number): Promise<readonly unknown[] | null> => {
    pieces ??= readTextBlock(block, reading)[Symbol.asyncIterator]();
    const step = await pieces.next();
    if (step.done !== true) {
      text = step.value.text;
      from = 0;
      endsOpen = text.endsWith(delimiter);
      return take(hint);
    }
    over = true;
    const extra = reading.keepEmptyEnd && endsOpen && block.end === Number.POSITIVE_INFINITY;
    return extra ? [includePath ? ["", block.path] : ""] : null;
  };
  return new Flow((hint): Pulled<unknown> => {
    if (from < text.length) return take(hint);
    return over ? null : next(hint);
  });
}
