import { bind, checkpoint, compute, delayed, persist } from "shoal";
import { type Car, dataFile, lines, mean, type Recipe, records, rounded, sum } from "./recipe.ts";

/** After the tutorial's exercises on dask.delayed: loops, files, trees. */

const readColumn = delayed(async (path: string, column: number) => {
  const { readFile } = await import("node:fs/promises");
  const rows = (await readFile(path, "utf8")).trim().split(/\r?\n/).slice(1);
  return rows.map((row) => Number(row.split(",")[column]));
});
const add = delayed((a: number, b: number) => a + b);
const cars = (): readonly Car[] => records<Car>("cars.json");

export const delayedRecipes: readonly Recipe[] = [
  {
    title: "a loop over columns of a file becomes parallel",
    async run() {
      const means = [1, 2, 3, 4].map((column) => {
        const values = readColumn(dataFile("seattle-weather.csv"), column);
        return delayed((xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length)(values);
      });
      return (await compute(means))[0].map((x) => Math.round(x * 1e6) / 1e6);
    },
    expected: () =>
      [1, 2, 3, 4].map((column) =>
        rounded(mean(lines("seattle-weather.csv").map((row) => Number(row.split(",")[column])))),
      ),
  },
  {
    title: "partial sums meet in a tree",
    run() {
      const powers = cars().map((car) => car.Horsepower ?? 0);
      let level = Array.from({ length: 16 }, (_, i) => {
        const part = powers.filter((_, at) => at % 16 === i);
        return delayed((xs: number[]) => xs.reduce((a, b) => a + b, 0))(part);
      });
      while (level.length > 1)
        level = level.flatMap((one, i) => (i % 2 === 0 ? [add(one, level[i + 1] as typeof one)] : []));
      return (level[0] as (typeof level)[0]).compute();
    },
    expected: () => sum(cars().map((car) => car.Horsepower ?? 0)),
  },
  {
    title: "a branch that depends on the data stays inside a function",
    async run() {
      const sizes = cars()
        .slice(0, 20)
        .map((car) =>
          delayed((mpg: number | null) => (mpg === null ? "unknown" : mpg > 20 ? "thrifty" : "thirsty"))(
            car.Miles_per_Gallon,
          ),
        );
      const counted = delayed((words: string[]) =>
        Object.fromEntries(
          [...new Set(words)].sort().map((word) => [word, words.filter((one) => one === word).length]),
        ),
      );
      return counted(sizes).compute();
    },
    expected() {
      const words = cars()
        .slice(0, 20)
        .map(({ Miles_per_Gallon: mpg }) => (mpg === null ? "unknown" : mpg > 20 ? "thrifty" : "thirsty"));
      return Object.fromEntries(
        [...new Set(words)].sort().map((word) => [word, words.filter((one) => one === word).length]),
      );
    },
  },
  {
    title: "what several results share is computed once, and kept for later questions",
    async run() {
      const temperatures = readColumn(dataFile("seattle-weather.csv"), 2);
      const [held] = persist(temperatures);
      const highest = delayed((xs: number[]) => Math.max(...xs))(held);
      const lowest = delayed((xs: number[]) => Math.min(...xs))(held);
      return [...(await compute(highest, lowest)), await highest.sub(lowest).compute()];
    },
    expected() {
      const xs = lines("seattle-weather.csv").map((row) => Number(row.split(",")[2]));
      return [Math.max(...xs), Math.min(...xs), Math.max(...xs) - Math.min(...xs)];
    },
  },
  {
    title: "results are unpacked without being computed",
    async run() {
      const split = delayed(
        (all: readonly Car[]) => [all.filter((car) => car.Origin === "USA"), all.filter((car) => car.Origin !== "USA")],
        { nout: 2 },
      );
      const [usa, others] = split(cars() as Car[]);
      const count = delayed((some: readonly Car[]) => some.length);
      return compute(count(usa as never), count(others as never));
    },
    expected: () => [
      cars().filter((car) => car.Origin === "USA").length,
      cars().filter((car) => car.Origin !== "USA").length,
    ],
  },
  {
    title: "reading waits for writing, though it reads nothing of it",
    async run(client) {
      const shelf = client.variable<string>("recipe: a written report");
      const write = delayed(async (to: typeof shelf, text: string) => to.set(text));
      const look = delayed(async (at: typeof shelf) => at.get());
      const written = write(shelf, "all is well");
      const value = await bind(look(shelf), written).compute();
      return [value, await checkpoint(written).compute()];
    },
    expected: () => ["all is well", null],
  },
];
