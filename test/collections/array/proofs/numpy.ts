import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Element, isPair, type NaiveArray } from "./naive/naive-array.ts";
import type { Operation } from "./operations/operation.ts";
import { OPERATIONS, type Story } from "./story.ts";

const SCRIPT = fileURLToPath(new URL("./numpy-answers.py", import.meta.url));
const OUTPUT_BYTES_MAX = 1 << 30;

/**
 * What NumPy gives for stories: an array, or the text of its error.
 * @param python the program that has NumPy
 */
export function numpyAnswers(stories: readonly Story[], python: string): (NaiveArray | string)[] {
  const input = stories.map((story) => JSON.stringify(spoken(story))).join("\n");
  const { stdout, stderr, status } = spawnSync(python, ["-W", "ignore", SCRIPT], {
    input,
    encoding: "utf8",
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  if (status !== 0) throw new Error(`${python} with NumPy did not answer: ${stderr}`);
  const lines = stdout.trim().split("\n");
  if (lines.length !== stories.length)
    throw new Error(`NumPy gave ${lines.length} answers to ${stories.length} stories`);
  return lines.map((line) => {
    const answer = JSON.parse(line) as string | [string, number[], (string | [string, string])[]];
    if (typeof answer === "string") return answer;
    const [dtype, shape, data] = answer;
    return { dtype, shape, data: data.map((one) => heard(dtype, one)) };
  });
}

function spoken({ inputs, steps }: Story): object {
  const plain = (one: Element): unknown =>
    isPair(one) ? [one.re, one.im] : typeof one === "bigint" ? Number(one) : Number.isFinite(one) ? one : String(one);
  return {
    inputs: inputs.map(({ array }) => [
      array.dtype,
      array.shape,
      array.data.map((one) => (typeof one === "boolean" ? one : plain(one))),
    ]),
    steps: steps.map(({ name, operands, args }) =>
      (OPERATIONS[name] as Operation).python(args, ...operands.map((one) => `v${one}`)),
    ),
  };
}

function heard(dtype: string, one: string | [string, string]): Element {
  const float = (text: string): number => Number(text.replace("nan", "NaN").replace("inf", "Infinity"));
  if (typeof one !== "string") return { re: float(one[0]), im: float(one[1]) };
  if (dtype === "bool") return one === "True";
  return dtype.startsWith("float") ? float(one) : BigInt(one);
}
