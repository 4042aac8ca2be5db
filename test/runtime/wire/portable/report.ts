import { writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { ShoalError } from "../../../../runtime/base/errors.ts";
import { loadFunction } from "../../../../runtime/wire/function-loader.ts";
import { type FunctionSpec, liveFunction } from "../../../../runtime/wire/function-spec.ts";
import { makePortable } from "../../../../runtime/wire/portable.ts";
import { decodeValue, encodeValue, flattenValue, unflattenValue } from "../../../../runtime/wire/value.ts";
import { cases } from "./cases.ts";

/** Sends a function to itself: what is rebuilt has met nothing but bytes. */
export function sentAndBack(fn: (...args: any[]) => unknown): unknown {
  const spec = makePortable(liveFunction(fn));
  const bytes = flattenValue(encodeValue(spec, { shareMemory: false }));
  return loadFunction(decodeValue(unflattenValue(bytes)) as FunctionSpec);
}

async function outcomeOf(make: () => (...args: any[]) => unknown, args: unknown[]): Promise<unknown> {
  try {
    const fn = (await sentAndBack(make())) as (...args: unknown[]) => any;
    let value = fn(...args);
    if (typeof value?.[Symbol.asyncIterator] === "function") {
      const items: unknown[] = [];
      for await (const item of value) items.push(item);
      value = items;
    } else if (typeof value?.next === "function") value = [...value];
    else value = await value;
    return { value: typeof value === "function" ? "function" : value };
  } catch (error) {
    if (error instanceof ShoalError && error.code === "NOT_PORTABLE")
      return { problem: error.details["problem"], message: error.message };
    return { problem: "failed", message: (error as Error).stack };
  }
}

/** Runs every case and gives those whose outcome is not the one they name. */
export async function runCases(): Promise<{ ran: number; wrong: string[]; messages: Record<string, string> }> {
  const wrong: string[] = [];
  const messages: Record<string, string> = {};
  for (const [label, make, args, expected] of cases) {
    const { message, ...outcome } = (await outcomeOf(make, args)) as any;
    if (message !== undefined) messages[label] = message;
    if (!isDeepStrictEqual(outcome, expected)) wrong.push(`${label}: ${JSON.stringify(outcome)} ${message ?? ""}`);
  }
  return { ran: cases.length, wrong, messages };
}

const { SHOAL_PORTABLE_REPORT: file } = process.env;
export const reported: Promise<void> =
  file === undefined
    ? Promise.resolve()
    : runCases().then((report) => writeFileSync(file, JSON.stringify(report, null, 1)));
