import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "shoal";
import { webService } from "./web-service.ts";

const LIMIT = { timeout: 60_000 };
const scoreOf = (n: number): number => {
  let score = 0;
  for (let i = 1; i <= 200; i++) score = (score + n * i) % 1009;
  return score;
};

for (const mode of ["inline", "threads"] as const) {
  test(`requests are answered beside a large computation (${mode})`, LIMIT, async () => {
    await using client = await Client.local({ mode, workers: 1 });
    const service = webService(client, { mostAtOnce: 500, timeout: "30s" });
    const busy = client.map(
      (n: number) => {
        let sum = 0;
        for (let i = 0; i < 50_000; i++) sum += Math.sqrt(i * n);
        return sum;
      },
      Array.from({ length: 300 }, (_, i) => i),
    );
    const answers = await Promise.all(
      Array.from({ length: 300 }, async (_, n) => (await service.inject(`/score/${n}`)).json() as { score: number }),
    );
    answers.forEach(({ score }, n) => void assert.equal(score, scoreOf(n)));
    assert.equal((await client.gather(busy)).length, 300);
    await service.close();
  });

  test(`a client that disconnects ends its work (${mode})`, LIMIT, async () => {
    await using client = await Client.local({ mode, workers: 1 });
    const service = webService(client, { timeout: "50s" });
    const address = await service.listen({ host: "127.0.0.1", port: 0 });
    const asked = request(`${address}/slow/gone`);
    asked.on("error", () => {});
    asked.end();
    await client.event("started gone").wait({ timeout: "20s" });
    asked.destroy();
    await client.event("stopped gone").wait({ timeout: "20s" });
    await service.close();
  });

  test(`overload is a 503, lateness a 504 (${mode})`, LIMIT, async () => {
    await using client = await Client.local({ mode, workers: 1 });
    const service = webService(client, { mostAtOnce: 1, timeout: "5s" });
    const slow = service.inject("/slow/late");
    await client.event("started late").wait({ timeout: "20s" });
    const refused = await service.inject("/score/1");
    assert.equal(refused.statusCode, 503);
    assert.deepEqual(refused.json(), { error: "OVERLOADED" });
    assert.equal((await slow).statusCode, 504);
    await client.event("stopped late").wait({ timeout: "20s" });
    assert.equal((await service.inject("/score/1")).statusCode, 200);
    await service.close();
  });
}

test("two clients in one process do not meet", LIMIT, async () => {
  await using one = await Client.local({ mode: "inline" });
  await using two = await Client.local({ mode: "inline" });
  const services = [webService(one), webService(two)];
  assert.deepEqual((await services[0]?.inject("/score/3"))?.json(), { score: scoreOf(3) });
  assert.deepEqual((await services[1]?.inject("/score/4"))?.json(), { score: scoreOf(4) });
  const [mine, stranger] = [one.submit(() => 1), two.submit((n: number) => n, 2)];
  assert.equal((await two.futuresByKey([mine.key]))[0], undefined);
  assert.deepEqual([await mine.result(), await stranger.result()], [1, 2]);
  await one.close();
  assert.equal((await services[1]?.inject("/score/5"))?.statusCode, 200);
});

test("SIGTERM drains: what was asked is answered, then the process ends by itself", LIMIT, async () => {
  const script = fileURLToPath(new URL("./run-service.fixture.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", "--conditions=shoal-source", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const address = ((await lines.next()).value as string).split(" ")[1] as string;
  const answers = Array.from({ length: 50 }, (_, n) => fetch(`${address}/score/${n}`));
  await answers[0];
  child.kill("SIGTERM");
  const statuses = (await Promise.allSettled(answers)).map((one) =>
    one.status === "fulfilled" ? one.value.status : 0,
  );
  assert.ok(
    statuses.every((status) => status === 200 || status === 503 || status === 0),
    String(statuses),
  );
  assert.equal((await lines.next()).value, "drained");
  const [code, signal] = child.exitCode !== null ? [child.exitCode, null] : await once(child, "exit");
  assert.deepEqual([code, signal], [0, null]);
  await assert.rejects(fetch(`${address}/score/1`));
});
