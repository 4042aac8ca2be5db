import * as da from "shoal/array";
import * as db from "shoal/bag";
import * as dd from "shoal/dataframe";
import { type Car, dataFile, type Job, lines, type Movie, mean, type Recipe, records, rounded, sum } from "./recipe.ts";

/** After the exercises on bags, arrays and tables. */

const movies = (): readonly Movie[] => records<Movie>("movies.json");
const jobs = (): readonly Job[] => records<Job>("jobs.json");
const cars = (): readonly Car[] => records<Car>("cars.json");

const byCount = (a: readonly [string, number], b: readonly [string, number]): number =>
  b[1] - a[1] || (a[0] < b[0] ? -1 : 1);

function counted(words: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(byCount);
}

const titleWords = (): string[] =>
  movies().flatMap(
    (movie) =>
      String(movie.Title)
        .toLowerCase()
        .match(/[a-z]{4,}/g) ?? [],
  );

export const collectionRecipes: readonly Recipe[] = [
  {
    title: "bag: the commonest words of titles",
    async run() {
      const words = db
        .fromSequence(movies(), { npartitions: 8 })
        .map(
          (movie) =>
            String(movie.Title)
              .toLowerCase()
              .match(/[a-z]{4,}/g) ?? [],
        )
        .flatten();
      const pairs = await words.frequencies().compute();
      return pairs.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 10);
    },
    expected: () => counted(titleWords()).slice(0, 10),
  },
  {
    title: "bag: a fold by key needs no exchange",
    async run() {
      const people = db
        .fromSequence(jobs(), { npartitions: 6 })
        .filter((one) => one.year === 2000)
        .foldby("sex", (total: number, one) => total + one.count, {
          initial: 0,
          combine: (a, b) => a + b,
          combineInitial: 0,
        });
      return (await people.compute()).sort();
    },
    expected: () =>
      ["men", "women"].map((sex) => [
        sex,
        sum(
          jobs()
            .filter((one) => one.year === 2000 && one.sex === sex)
            .map((one) => one.count),
        ),
      ]),
  },
  {
    title: "bag: groups with all their items",
    async run() {
      const groups = db.fromSequence(cars(), { npartitions: 4 }).groupby("Origin");
      return (await groups.map(([origin, some]) => [origin, some.length] as const).compute()).sort();
    },
    expected: () => counted(cars().map((car) => car.Origin)).sort(),
  },
  {
    title: "bag: text files line by line, in blocks",
    async run() {
      const rows = db.readText(dataFile("airports.csv"), { blockBytes: 20_000 });
      return rows
        .filter((row) => row.includes(",TX,USA,"))
        .count()
        .compute();
    },
    expected: () => lines("airports.csv").filter((row) => row.includes(",TX,USA,")).length,
  },
  {
    title: "bag to table: loose records become columns",
    async run() {
      const table = db
        .fromSequence(cars() as Car[], { npartitions: 4 })
        .toDataFrame({ meta: { Origin: "string", Horsepower: "float64" } });
      return Math.round((await table.get("Horsepower").mean().compute()) * 1e6) / 1e6;
    },
    expected: () => rounded(mean(cars().flatMap((car) => car.Horsepower ?? []))),
  },
  {
    title: "table: a mean per group from CSV",
    async run() {
      const weather = await dd.readCsv(dataFile("seattle-weather.csv"));
      const means = await weather.groupby("weather").agg({ wind: "mean" }).resetIndex().sortValues("weather").compute();
      return means.toRecords().map((row) => [row["weather"], Math.round((row["wind"] as number) * 1e6) / 1e6]);
    },
    expected() {
      const rows = lines("seattle-weather.csv").map((row) => row.split(","));
      return [...new Set(rows.map((row) => row[5] as string))]
        .sort()
        .map((kind) => [kind, rounded(mean(rows.filter((row) => row[5] === kind).map((row) => Number(row[4]))))]);
    },
  },
  {
    title: "table: rows that pass a test, by columns",
    async run() {
      const stocks = await dd.readCsv(dataFile("stocks.csv"));
      return stocks.filter((row) => row.symbol === "AAPL" && row.price > 100).length();
    },
    expected: () =>
      lines("stocks.csv").filter((row) => row.startsWith("AAPL") && Number(row.split(",")[2]) > 100).length,
  },
  {
    title: "array: a standard score, chunk by chunk",
    async run() {
      const wind = da.asarray(lines("seattle-weather.csv").map((row) => Number(row.split(",")[4]))).rechunk([200]);
      const scores = wind.sub(wind.mean()).div(wind.std());
      return Math.round(((await scores.max().compute()).toArray() as unknown as number) * 1e6) / 1e6;
    },
    expected() {
      const wind = lines("seattle-weather.csv").map((row) => Number(row.split(",")[4]));
      const middle = mean(wind);
      const spread = Math.sqrt(mean(wind.map((x) => (x - middle) ** 2)));
      return rounded((Math.max(...wind) - middle) / spread);
    },
  },
  {
    title: "array: the trend of a century of carbon dioxide",
    async run() {
      const values = lines("co2-concentration.csv").map((row) => Number(row.split(",")[1]));
      const co2 = da.asarray(values).rechunk([100]);
      const growth = co2.get("12:").sub(co2.get(":-12"));
      return Math.round(((await growth.mean().compute()).toArray() as unknown as number) * 1e6) / 1e6;
    },
    expected() {
      const values = lines("co2-concentration.csv").map((row) => Number(row.split(",")[1]));
      return rounded(mean(values.slice(12).map((value, i) => value - (values[i] as number))));
    },
  },
];
