import { type LineFormat, pieceText, readTextBlock, type TextBlock, type TextPiece } from "../../io/text.ts";
import { Flow, type Pulled } from "./flow.ts";

/** How lines are to be read: {@link LineFormat}, and what goes with each line. */
export interface LineReading extends LineFormat {
  /** "\r\n" and "\r" end lines as well, and are given as "\n". */
  readonly anyNewline: boolean;
  readonly includePath: boolean;
  /** What follows the last delimiter of a file is a line even if it is empty. */
  readonly keepEmptyEnd: boolean;
}

/** The lines of some blocks, one after the other, read as they are wanted. */
export const readLines = (blocks: readonly TextBlock[], reading: LineReading): LinesFlow =>
  new LinesFlow(blocks, reading);

/** A flow of lines; a step that needs no lines can read the pieces they stand in, instead of pulling. */
export class LinesFlow extends Flow<unknown> {
  readonly blocks: readonly TextBlock[];
  readonly reading: LineReading;

  constructor(blocks: readonly TextBlock[], reading: LineReading) {
    const lines = linesPull(blocks, reading);
    super(lines.pull, lines.leave);
    this.blocks = blocks;
    this.reading = reading;
  }
}

function linesText(piece: TextPiece, path: string, reading: LineReading): string {
  const text = pieceText(piece, path, reading);
  return reading.anyNewline && text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

function linesPull(
  blocks: readonly TextBlock[],
  reading: LineReading,
): { pull: (hint: number) => Pulled<unknown>; leave: () => void } {
  const { delimiter, includePath } = reading;
  let at = 0;
  let pieces: AsyncIterator<TextPiece> | undefined;
  let text = "";
  let from = 0;
  const take = (hint: number, path: string): unknown[] => {
    const lines: unknown[] = [];
    while (lines.length < hint && from < text.length) {
      const end = text.indexOf(delimiter, from);
      const to = end < 0 ? text.length : end + delimiter.length;
      const line = text.slice(from, to);
      lines.push(includePath ? [line, path] : line);
      from = to;
    }
    return lines;
  };
  const next = async (hint: number): Promise<readonly unknown[] | null> => {
    for (; at < blocks.length; at++) {
      const block = blocks[at] as TextBlock;
      pieces ??= readTextBlock(block, reading)[Symbol.asyncIterator]();
      const step = await pieces.next();
      if (step.done !== true) {
        text = linesText(step.value, block.path, reading);
        from = 0;
        return take(hint, block.path);
      }
      pieces = undefined;
      const extra = reading.keepEmptyEnd && text.endsWith(delimiter) && block.end === Number.POSITIVE_INFINITY;
      text = "";
      if (!extra) continue;
      at += 1;
      return [includePath ? ["", block.path] : ""];
    }
    return null;
  };
  return {
    pull: (hint) => (from < text.length ? take(hint, (blocks[at] as TextBlock).path) : next(hint)),
    leave: () => {
      const open = pieces;
      pieces = undefined;
      at = blocks.length;
      text = "";
      void open?.return?.()?.catch(() => {});
    },
  };
}
