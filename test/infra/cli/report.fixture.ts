import { compute, delayed } from "shoal";

// Run by `shoal run`: whatever it computes runs on the workers of the cluster.
const pid = delayed(() => process.pid);
const square = delayed((x: number) => x * x);
const total = delayed((xs: number[]) => xs.reduce((sum, x) => sum + x, 0));
const [sum, worker] = await compute(total([1, 2, 3, 4].map((x) => square(x))), pid());
process.stdout.write(`${JSON.stringify({ sum, elsewhere: worker !== process.pid, args: process.argv.slice(2) })}\n`);
