import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { connect } from "@nats-io/transport-node";
import { Client } from "shoal";
import { runCommand, startCommand } from "../support/command-line.ts";
import { startTestNats } from "../support/nats.ts";

/** A port that somebody has, until the test is over. */
async function takenPort(t: { after(fn: () => void): void }): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const portIn = (url: string): number => Number(new URL(url).port);
const inner = Object.entries(networkInterfaces()).filter(([, addresses]) => addresses?.every((one) => one.internal));
const hasIPv6 = inner.some(([, addresses]) => addresses?.some(({ address }) => address === "::1"));

describe("where pages listen", () => {
  test("a range of ports: one that is free; none where all are taken", async (t) => {
    const taken = await takenPort(t);
    await using client = await Client.local({ mode: "inline", page: { port: `${taken}-${taken + 200}` } });
    const port = portIn(client.pageUrl as string);
    assert.ok(port > taken && port <= taken + 200, `${port} after ${taken}`);
    assert.equal(await (await fetch(`${client.pageUrl}/health`)).text(), "ok\n");
    await assert.rejects(Client.local({ mode: "inline", page: { port: `${taken}-${taken}` } }), {
      code: "CONNECT",
      message: new RegExp(`^The page cannot listen at 127\\.0\\.0\\.1:${taken}: `),
    });
  });

  test("an interface, by its name; one that is not there is refused with those that are", async () => {
    const [name, addresses] = inner[0] as (typeof inner)[number];
    await using client = await Client.local({ mode: "inline", page: { port: 0, interface: name } });
    assert.ok(addresses?.some(({ address }) => new URL(client.pageUrl as string).hostname === address));
    assert.equal((await fetch(`${client.pageUrl}/health`)).status, 200);
    await assert.rejects(Client.local({ mode: "inline", page: { interface: "none9" } }), /"none9"; there are .*\w/);
  });

  test("IPv6: its address is in brackets; a machine without it says so", async () => {
    const opening = Client.local({ mode: "inline", page: { port: 0, host: "::1" } });
    if (!hasIPv6) return assert.rejects(opening, { code: "CONNECT", message: /cannot listen at \[::1\]:0/ });
    await using client = await opening;
    assert.match(client.pageUrl as string, /^http:\/\/\[::1\]:\d+$/);
    assert.equal((await fetch(`${client.pageUrl}/health`)).status, 200);
  });

  test("a contact: what others are told, and not where it listens", async () => {
    const page = { port: 0, prefix: "/team", contact: "https://shoal.example.com" };
    await using client = await Client.local({ mode: "inline", page });
    assert.equal(client.pageUrl, "https://shoal.example.com/team");
    await assert.rejects(Client.local({ mode: "inline", page: { contact: "two words" } }), SyntaxError);
  });
});

describe("where NATS servers listen", () => {
  test("a range of ports, and an address that others are told", async (t) => {
    const taken = await takenPort(t);
    const range = `${taken}-${taken + 200}`;
    const command = startCommand(t, ["nats", "--port", range, "--contact", "nats.example.com"]);
    const [, url] = await command.says(/is ready at (\S+)/);
    const port = portIn((url as string).replace("nats:", "http:"));
    assert.equal(url, `nats://nats.example.com:${port}`);
    assert.ok(port > taken && port <= taken + 200, `${port} after ${taken}`);
    const connection = await connect({ servers: `127.0.0.1:${port}`, ignoreClusterUpdates: true });
    t.after(() => connection.close());
    assert.deepEqual([connection.info?.host, connection.info?.port], ["nats.example.com", port]);
  });

  test("IPv6: a cluster on it works; a machine without it says so", async (t) => {
    const command = startCommand(t, ["nats", "--host", "::1", "--port", "0"]);
    if (!hasIPv6) return void (await command.says(/cannot assign|not available|unavailable/i));
    const [, url] = await command.says(/is ready at (nats:\/\/\[::1\]:\d+)/);
    await using client = await Client.local({ mode: "nats", nats: url as string, workers: 1 });
    assert.equal(await client.submit((n: number) => n + 1, 41).result(), 42);
  });

  test("a port that is none is refused before anything is started", async () => {
    const { code, stderr } = await runCommand(["nats", "--port", "9-5"]);
    assert.deepEqual([code, /--port takes a port from 0 to 65535, or a range/.test(stderr)], [2, true]);
  });
});

test("a scheduler writes down the address by which others reach its NATS server", async (t) => {
  const nats = await startTestNats(t);
  const file = join(nats.folder, "cluster.json");
  const told = "nats://nats.example.com:4222";
  const args = ["scheduler", "--no-page", "--scheduler-file", file, "--nats-contact", told];
  const scheduler = startCommand(t, args, { env: { SHOAL_NATS: nats.url } });
  await scheduler.says(/is ready at/);
  let text = "";
  while (text === "") text = await readFile(file, "utf8").catch(() => "");
  assert.equal((JSON.parse(text) as { nats: string }).nats, told);
});
