import { task } from "../../../../runtime/wire/function-task.ts";

/** What the portable cases import: variables, functions and classes of another module. */
export const factor = 7;
export function helper(x: number): number {
  return x * factor;
}
export class Counter {
  count = 0;
  up(): this {
    this.count += 1;
    return this;
  }
}
const offset = 100;
const shifted = (x: number): number => x + offset;

export { shifted as moved };
export function chosen(): string {
  return "default";
}
export const scored = task(import.meta, "scored", (x: number) => x + 1000);
