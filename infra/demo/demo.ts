import { parseArgs } from "node:util";
import { Client } from "shoal";
import { commonWords, delayByHour, delayByOrigin, delaySpread, strikesByState } from "./computations.ts";
import { tableText, timed } from "./terminal.ts";

/**
 * `npm run demo [-- --mode inline|threads|processes|nats] [--workers N]`: tables, bags, arrays and plain functions over real
 * data, on this machine's cores. The computations are the same in every mode: see computations.ts.
 */
const { values } = parseArgs({
  options: { mode: { type: "string", default: "threads" }, workers: { type: "string", default: "2" } },
});

const client = await Client.local({ mode: values.mode as "threads", workers: Number(values.workers) });
try {
  console.log(`Mode ${values.mode}: ${client.workers.length} workers`);
  console.log(tableText(client.workers.map(({ id, pid, slots }) => ({ worker: id, process: pid, slots }))));

  console.log(tableText(await timed(client, "Mean delay by airport, 3 million flights (DataFrame)", delayByOrigin)));
  console.log(tableText(await timed(client, "Mean delay by hour of departure (DataFrame)", delayByHour)));

  const words = await timed(client, "Commonest words of a text corpus (Bag)", commonWords);
  console.log(tableText(words.map(([word, times]) => ({ word, times }))));

  console.log(tableText([await timed(client, "Spread of 200,000 delays (Array)", delaySpread)]));

  const strikes = await timed(client, "Bird strikes by state (Delayed)", strikesByState);
  console.log(tableText(strikes.top.map(([state, n]) => ({ state, strikes: n }))));
  console.log("\nWhere the tallies ran");
  console.log(tableText(Object.entries(strikes.ranOn).map(([place, tasks]) => ({ place, tasks }))));
} finally {
  await client.close();
}
