import { inspect } from "node:util";
import { formatBytes, formatDuration } from "../../runtime/base/units.ts";
import { drawDot } from "../core/draw-wants.ts";
import { quoted, shade } from "../core/graph-picture.ts";
import { escaped, type NotebookForms, notebookSymbol, tableHtml } from "../core/notebook-forms.ts";

/** What one expression of a plan took and gave. */
export interface ExpressionFigures {
  /** What it is: "filter", "join", "aggregate" … */
  readonly kind: string;
  /** The same in a line, as `explain()` has it. */
  readonly expression: string;
  /** Expressions it reads, by their places in the list. */
  readonly inputs: readonly number[];
  readonly tasks: number;
  /** Milliseconds that its tasks took together, each with what it waited for its thread or engine; null for what was there, or is not of the plan. */
  readonly ms: number | null;
  readonly partitions: number;
  /** What it gave, over all partitions; bytes as they lie in memory. */
  readonly rows: number;
  readonly bytes: number;
  readonly rowsByPartition: readonly number[];
  readonly bytesByPartition: readonly number[];
}

/**
 * A computation looked at expression by expression: what each took and gave, sources first.
 * @see https://docs.dask.org/en/stable/dataframe-optimizer.html
 */
export class Analysis<T = unknown> {
  /** What was computed. */
  readonly value: T;
  readonly expressions: readonly ExpressionFigures[];

  constructor(value: T, expressions: readonly ExpressionFigures[]) {
    this.value = value;
    this.expressions = expressions;
  }

  /**
   * Draws the expressions, the longest in the strongest colour, as SVG, or for Graphviz where the path ends with ".dot"; gives what it wrote.
   * @throws ShoalError NOT_SUPPORTED for another ending than .svg, .png and .dot; MISSING_LIBRARY
   */
  visualize(path?: string): Promise<string> {
    return drawDot(() => this.dot(), path);
  }

  /** A line for each expression, in columns. */
  toString(): string {
    const rows = [HEADS, ...this.expressions.map(cellsOf)];
    const widths = HEADS.map((_, at) => Math.max(...rows.map((row) => (row[at] as string).length)));
    return rows
      .map((row) => row.map((cell, at) => (at === 0 ? cell : cell.padStart(widths[at] as number))))
      .map(([expression, ...cells]) => `${cells.join("  ")}  ${expression}`)
      .join("\n");
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** What notebooks show. */
  [notebookSymbol](): NotebookForms {
    const rows = this.expressions.map((one) => cellsOf(one).map(escaped));
    return { "text/plain": this.toString(), "text/html": tableHtml(HEADS, rows) };
  }

  private dot(): string {
    const longestMs = Math.max(...this.expressions.map(({ ms }) => ms ?? 0));
    return [
      "digraph {",
      '  rankdir=BT; bgcolor="transparent";',
      '  node [shape=box, style="rounded,filled", fillcolor="#f4f4f8", fontname="Helvetica", fontsize=11];',
      ...this.expressions.flatMap((one, at) => [
        `  n${at} [label=${quoted(labelOf(one))}, tooltip=${quoted(one.expression)}${one.ms === null || longestMs === 0 ? "" : `, fillcolor="${shade(one.ms / longestMs)}"`}];`,
        ...one.inputs.map((input) => `  n${input} -> n${at};`),
      ]),
      "}",
    ].join("\n");
  }
}

const HEADS = ["expression", "time", "tasks", "partitions", "rows", "bytes", "largest"];
const LABEL_MAX = 60;

const cellsOf = (one: ExpressionFigures): string[] => [
  one.expression,
  timeOf(one),
  String(one.tasks),
  String(one.partitions),
  String(one.rows),
  formatBytes(one.bytes),
  formatBytes(Math.max(0, ...one.bytesByPartition)),
];

const timeOf = ({ ms }: ExpressionFigures): string => (ms === null ? "–" : formatDuration(ms));

function labelOf(one: ExpressionFigures): string {
  const { expression, tasks, partitions, rows, bytes, bytesByPartition } = one;
  const said = expression.length > LABEL_MAX ? `${expression.slice(0, LABEL_MAX - 1)}…` : expression;
  const middle = [...bytesByPartition].sort((a, b) => a - b)[Math.floor(bytesByPartition.length / 2)] ?? 0;
  const largest = Math.max(0, ...bytesByPartition);
  return [
    said,
    `${timeOf(one)} in ${tasks} ${tasks === 1 ? "task" : "tasks"}`,
    `${rows} rows, ${formatBytes(bytes)} in ${partitions} ${partitions === 1 ? "partition" : "partitions"}`,
    `partitions: ${formatBytes(middle)} in the middle, ${formatBytes(largest)} at most`,
  ].join("\n");
}
