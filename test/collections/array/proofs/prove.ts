/**
 * The long proof of the arrays, by seed: `npm run prove-arrays -- [--cases N] [--seed S] [--numpy PYTHON]`. Random programs over random
 * arrays, told by the library and by plain loops, and by NumPy too where a Python that has it is named. The tests run the same with fewer cases.
 */

import { Random } from "../../../../runtime/base/random.ts";
import { proveStories } from "./prove-stories.ts";

const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const number = (name: string, otherwise: number): number => {
  const value = Number(argument(name) ?? otherwise);
  if (!Number.isInteger(value) || value < 0)
    throw new SyntaxError(`--${name} takes a whole number, got ${argument(name)}`);
  return value;
};
const cases = number("cases", 10_000);
const { wrong, unsaid, counts } = await proveStories(new Random(number("seed", 1)), cases, argument("numpy"));
console.log(
  `${cases} stories: ${wrong.length} differ${argument("numpy") === undefined ? "" : `, ${unsaid} refused by NumPy`}`,
);
console.log(
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(", "),
);
for (const text of wrong.slice(0, 40)) console.log(`\n${text}`);
if (wrong.length > 0) process.exitCode = 1;
