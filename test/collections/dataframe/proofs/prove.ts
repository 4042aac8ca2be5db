/**
 * The long proofs of the tables, by seed: `npm run prove-tables -- [--plans N] [--queries N] [--seed S]`. The tests run the same with smaller numbers.
 */

import { Random } from "../../../../runtime/base/random.ts";
import { pushExecutor } from "../../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../../runtime/graph/sync-executor.ts";
import { compareWithDuckDB } from "./duckdb.ts";
import { comparePlans } from "./random-plans.ts";

const argument = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (!Number.isInteger(value)) throw new SyntaxError(`--${name} takes a whole number, got ${process.argv[at + 1]}`);
  return value;
};
const [plans, queries, seed] = [argument("plans", 5000), argument("queries", 1000), argument("seed", 1)];
pushExecutor(syncExecutor);
const planErrors = await comparePlans(new Random(seed), plans);
console.log(`${plans} plans, optimised and as written: ${planErrors.length} differ`);
const queryErrors = await compareWithDuckDB(new Random(seed), queries);
console.log(`${queries} queries, Shoal and DuckDB: ${queryErrors.length} differ`);
for (const text of [...planErrors, ...queryErrors].slice(0, 20)) console.log(text);
if (planErrors.length + queryErrors.length > 0) process.exitCode = 1;
