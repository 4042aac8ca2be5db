import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadFunction } from "../../../runtime/wire/function-loader.ts";
import { type AnyFunction, type FunctionSpec, liveFunction } from "../../../runtime/wire/function-spec.ts";
import { makePortable } from "../../../runtime/wire/portable.ts";
import { stackAtHome } from "../../../runtime/wire/stack-home.ts";
import { decodeValue, encodeValue, flattenValue, unflattenValue } from "../../../runtime/wire/value.ts";

const own = fileURLToPath(import.meta.url);
const lines = readFileSync(own, "utf8").split("\n");
/** The frame of the line with this mark. */
const frameOf = (mark: string): string => `${own}:${lines.findIndex((line) => line.endsWith(`// ${mark}`)) + 1}`;

/** The stack of what a function throws where it was rebuilt from its source. */
function thrownAfar(fn: AnyFunction): string {
  const bytes = flattenValue(encodeValue(makePortable(liveFunction(fn)), { shareMemory: false }));
  const rebuilt = loadFunction(decodeValue(unflattenValue(bytes)) as FunctionSpec) as AnyFunction;
  try {
    rebuilt();
  } catch (error) {
    return (error as Error).stack as string;
  }
  return "";
}

const limit = 3;

test("frames of functions that travelled name the user's file and line", () => {
  const inner = (n: number): number => {
    if (n > limit) return n;
    throw new RangeError("too small"); // arrow
  };
  function outer(n: number): number {
    const more = n + 1;
    return inner(more); // function
  }
  const stack = thrownAfar(() => outer(1)); // one line
  assert.match(stack, /shoal-function\/inner-/);
  const home = stackAtHome(stack);
  assert.doesNotMatch(home, /shoal-function/);
  const found = ["arrow", "function", "one line"].map((mark) => home.indexOf(`${frameOf(mark)})`));
  assert.ok(
    found.every((at, place) => at > (found[place - 1] ?? 0)),
    home,
  );
});

test("methods too; frames that are not known stay as they are", () => {
  const { method } = {
    method(n = 1): number {
      if (n > limit) return n;
      throw new RangeError("method"); // method
    },
  };
  assert.ok(stackAtHome(thrownAfar(method)).includes(frameOf("method")));
  const unknown = "Error: x\n    at f (shoal-function/f-00000000:3:7)";
  assert.equal(stackAtHome(unknown), unknown);
});
