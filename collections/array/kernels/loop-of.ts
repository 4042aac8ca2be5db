import { compiledLoop } from "./compile.ts";
import { interpretedLoop } from "./interpret.ts";
import { canGenerate, type Loop, type Step } from "./loop.ts";
import { type Program, programKey } from "./program.ts";
import { vectorLoop } from "./simd/vector-loop.ts";

const LOOPS_KEPT = 512;
const loops = new Map<string, Loop>();

/** The loop of a program for operands that move so; the first step is the output's. Cached by structure. */
export function loopOf(program: Program, steps: readonly Step[]): Loop {
  const key = `${steps.join()}|${programKey(program)}`;
  let loop = loops.get(key);
  if (loop === undefined) {
    if (loops.size >= LOOPS_KEPT) loops.delete(loops.keys().next().value as string);
    loop = vectorLoop(program, steps, canGenerate() ? compiledLoop(program, steps) : interpretedLoop(program));
    loops.set(key, loop);
  }
  return loop;
}
