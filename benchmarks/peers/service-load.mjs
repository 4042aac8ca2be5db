import { Agent, get } from "node:http";

// Asks a service at a fixed rate, whether it keeps up or not: service-load.mjs ADDRESS PER_SECOND SECONDS.
const [address, perSecond, seconds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Milliseconds from when the request was due, or undefined if the answer was no good one. */
const ask = (n, dueMs) =>
  new Promise((resolve) => {
    get(`${address}/score/${n}`, { agent }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode === 200 ? performance.now() - dueMs : undefined));
    }).on("error", () => resolve(undefined));
  });

await Promise.all(Array.from({ length: 200 }, (_, n) => ask(n, performance.now())));
console.log("warm");
const startMs = performance.now();
const asked = [];
while (asked.length < perSecond * seconds) {
  const dueMs = startMs + (asked.length * 1000) / perSecond;
  if (performance.now() < dueMs) await new Promise((resolve) => setTimeout(resolve, 1));
  else asked.push(ask(asked.length, dueMs));
}
const answers = await Promise.all(asked);
const times = answers.filter((ms) => ms !== undefined).sort((a, b) => a - b);
const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
console.log(
  JSON.stringify({ sent: asked.length, good: times.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: times.at(-1) }),
);
agent.destroy();
