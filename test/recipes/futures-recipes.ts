import { asCompleted, type Future, getClient, wait } from "shoal";
import { type Country, lines, type Movie, mean, type Recipe, records, rounded, sum } from "./recipe.ts";

/** After the stories of docs.dask.org and the futures of the tutorial: submit, adapt, share. */

const movies = (): readonly Movie[] => records<Movie>("movies.json");
const countries = (): readonly Country[] => records<Country>("gapminder.json");

export const futuresRecipes: readonly Recipe[] = [
  {
    title: "records go to the workers once, many questions follow",
    async run(client) {
      const all = await client.scatter({ list: movies() });
      const count = (given: { list: readonly Movie[] }, genre: string) =>
        given.list.filter((movie) => movie["Major Genre"] === genre).length;
      return client.gather(["Drama", "Comedy", "Western"].map((genre) => client.submit(count, all, genre)));
    },
    expected: () =>
      ["Drama", "Comedy", "Western"].map((genre) => movies().filter((movie) => movie["Major Genre"] === genre).length),
  },
  {
    title: "results are used as they come",
    async run(client) {
      let gross = 0;
      const parts = Array.from({ length: 10 }, (_, i) => movies().filter((_, at) => at % 10 === i));
      const grossOf = (part: readonly Movie[]) =>
        part.reduce((total, movie) => total + (movie["Worldwide Gross"] ?? 0), 0);
      for await (const [, part] of asCompleted(client.map(grossOf, parts)).withResults()) gross += part;
      return gross;
    },
    expected: () => sum(movies().map((movie) => movie["Worldwide Gross"] ?? 0)),
  },
  {
    title: "a search goes on from its best results while others still run",
    async run(client) {
      const badness = (x: number): [number, number] => [x, (x - 3.2) ** 2];
      const search = asCompleted(client.map(badness, [-8, 0, 8]));
      let best: [number, number] = [0, Number.POSITIVE_INFINITY];
      let step = 4;
      for await (const future of search) {
        const found = await future.result();
        if (found[1] < best[1]) best = found;
        if (search.isEmpty && step > 0.01) {
          search.update(client.map(badness, [best[0] - step, best[0] + step]));
          step /= 2;
        }
      }
      return Math.round(best[0] * 10) / 10;
    },
    expected: () => 3.2,
  },
  {
    title: "tasks submit tasks",
    run(client) {
      const total = async (numbers: readonly number[]): Promise<number> => {
        const inner = getClient();
        const halves = [numbers.slice(0, numbers.length / 2), numbers.slice(numbers.length / 2)];
        const parts = await inner.gather(
          inner.map((half: readonly number[]) => half.reduce((a, b) => a + b, 0), halves),
        );
        return (parts[0] as number) + (parts[1] as number);
      };
      return client
        .submit(
          total,
          countries().map((one) => one.pop),
        )
        .result();
    },
    expected: () => sum(countries().map((one) => one.pop)),
  },
  {
    title: "one that fails does not spoil the others",
    async run(client) {
      const budget = (movie: Movie): number => {
        if (movie["Production Budget"] === null) throw new RangeError(`no budget for ${movie.Title}`);
        return movie["Production Budget"];
      };
      const futures = client.map(budget, movies().slice(0, 60));
      await wait(futures);
      const fine = futures.filter((future) => future.status === "finished");
      return [fine.length, sum(await client.gather(fine))];
    },
    expected() {
      const known = movies()
        .slice(0, 60)
        .flatMap((movie) => movie["Production Budget"] ?? []);
      return [known.length, sum(known)];
    },
  },
  {
    title: "producers and consumers share a queue",
    async run(client) {
      const queue = client.queue<string>("recipe: directors", { maxSize: 5 });
      const produce = client.submit(
        async (to: typeof queue, names: readonly string[]) => {
          for (const name of names) await to.put(name);
        },
        queue,
        movies()
          .slice(0, 30)
          .map((movie) => movie.Director ?? "unknown"),
      );
      const seen: string[] = [];
      while (seen.length < 30) seen.push(...(await queue.getBatch(10, { timeout: "20s" })));
      await produce.result();
      return seen;
    },
    expected: () =>
      movies()
        .slice(0, 30)
        .map((movie) => movie.Director ?? "unknown"),
  },
  {
    title: "a stream is worked on as it comes",
    async run(client) {
      async function* rows() {
        yield* lines("stocks.csv");
      }
      let highest = 0;
      const price = (row: string): number => Number(row.split(",")[2]);
      for await (const future of client.map(price, rows(), { inFlight: 20 }))
        highest = Math.max(highest, await future.result());
      return highest;
    },
    expected: () => Math.max(...lines("stocks.csv").map((row) => Number(row.split(",")[2]))),
  },
  {
    title: "a counter lives on a worker",
    async run(client) {
      class Tally {
        private readonly counts: Record<string, number> = {};
        add(name: string): number {
          this.counts[name] = (this.counts[name] ?? 0) + 1;
          return this.counts[name];
        }
        get(): Record<string, number> {
          return this.counts;
        }
      }
      await using tally = await client.actor(Tally);
      await Promise.all(
        lines("seattle-weather.csv")
          .slice(0, 200)
          .map((row) => tally.add(row.split(",")[5] as string)),
      );
      return tally.get();
    },
    expected() {
      const counts: Record<string, number> = {};
      for (const row of lines("seattle-weather.csv").slice(0, 200)) {
        const kind = row.split(",")[5] as string;
        counts[kind] = (counts[kind] ?? 0) + 1;
      }
      return counts;
    },
  },
  {
    title: "a result is published for others",
    async run(client) {
      const life = client.submit(
        (all: readonly Country[]) => all.reduce((total, one) => total + one.life_expect, 0) / all.length,
        countries(),
      );
      await client.publishDataset("recipe: life expectancy", life, { override: true });
      life.release();
      const found = (await client.getDataset("recipe: life expectancy")) as Future<number>;
      return Math.round((await found.result()) * 1e6) / 1e6;
    },
    expected: () => rounded(mean(countries().map((one) => one.life_expect))),
  },
];
