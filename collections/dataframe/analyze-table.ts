import { ShoalError } from "../../runtime/base/errors.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import { scopedAnnotations } from "../../runtime/graph/annotation-scope.ts";
import { type ComputeOptions, currentExecutor } from "../../runtime/graph/executor.ts";
import { wantAll } from "../../runtime/graph/graph.ts";
import { Analysis, type ExpressionFigures } from "./analysis.ts";
import { nodeLine } from "./plan/explain-node.ts";
import type { Node } from "./plan/node.ts";
import { simplify } from "./plan/simplify.ts";
import { type ToldNode, toldPlan } from "./plan/told-plan.ts";

/** Computes a plan node by node and tells what each took and gave. @throws ShoalError NOT_SUPPORTED */
export async function analyzeTable<T>(
  node: Node,
  options: ComputeOptions,
  finish: (blocks: readonly unknown[]) => T | Promise<T>,
): Promise<Analysis<T>> {
  const executor = currentExecutor();
  if (executor.spanTimes === undefined)
    throw new ShoalError("analyze() needs an executor that tells how long tasks took: a client, or none at all", {
      code: "NOT_SUPPORTED",
    });
  const { layer, nodes } = toldPlan(simplify(node), `analyze-${uniqueToken()}`, scopedAnnotations()?.span);
  const [blocks, ...weights] = await executor.compute(
    [layer, ...nodes.map((one) => one.weights)].map(wantAll),
    options,
  );
  const value = await finish(blocks as unknown[]);
  const times = new Map((await executor.spanTimes()).map(({ span, busyMs }) => [span, busyMs]));
  const figures = nodes.map((one, at) => figuresOf(one, weights[at] as Weights, times.get(one.span)));
  return new Analysis(value, figures);
}

type Weights = readonly (readonly [rows: number, bytes: number])[];

function figuresOf(
  { node, inputs, tasks, isGiven }: ToldNode,
  weights: Weights,
  ms: number | undefined,
): ExpressionFigures {
  const rowsByPartition = weights.map(([rows]) => rows);
  const bytesByPartition = weights.map(([, bytes]) => Math.round(bytes));
  const total = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);
  return {
    kind: node.kind,
    expression: nodeLine(node),
    inputs,
    tasks,
    ms: isGiven ? null : (ms ?? 0),
    partitions: weights.length,
    rows: total(rowsByPartition),
    bytes: total(bytesByPartition),
    rowsByPartition,
    bytesByPartition,
  };
}
