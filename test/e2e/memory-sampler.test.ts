import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, MemorySampler } from "shoal";

test("MemorySampler compares pieces of work by name, and draws them", async () => {
  const client = await Client.local({ mode: "inline" });
  try {
    const sampler = new MemorySampler();
    const work = () => client.submit((n: number) => n + 1, 41).result();
    assert.equal(await sampler.sample("process", work, { intervalMs: 1 }), 42);
    await sampler.sample("managed", work, { measure: "managed", intervalMs: 1 });
    assert.deepEqual(sampler.names, ["process", "managed"]);
    assert.ok(sampler.records("process").every(({ bytes }) => bytes >= 0));
    assert.ok(sampler.records("managed").length >= 2);
    const svg = await sampler.plot();
    assert.match(svg, /^<svg/);
    assert.match(svg, /managed/);
    await assert.rejects(
      sampler.sample("failing", () => Promise.reject(new Error("it broke"))),
      /it broke/,
    );
  } finally {
    await client.close();
  }
});
