import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { NatsContainer } from "@testcontainers/nats";
import { Client } from "shoal";
import {
  GenericContainer,
  getContainerRuntimeClient,
  Network,
  type StartedNetwork,
  type StartedTestContainer,
  Wait,
} from "testcontainers";
import { NatsBus } from "../../runtime/bus/nats-bus.ts";
import type { NatsConnectionLike } from "../../runtime/bus/nats-connection.ts";
import { busCases } from "../cases/bus-cases.ts";
import { startCommand } from "../support/command-line.ts";
import { engineProblem, natsImage } from "../support/container-engine.ts";

const problem = await engineProblem();
const IMAGE = problem === undefined ? await natsImage() : "";

if (problem !== undefined) test("NATS in containers", { skip: problem }, () => {});
else {
  let started: Awaited<ReturnType<NatsContainer["start"]>> | undefined;
  before(async () => {
    started = await new NatsContainer(IMAGE).start();
  });
  after(() => started?.stop());

  busCases("NATS bus to a container, three connections", async () => {
    const options = (started as NonNullable<typeof started>).getConnectionOptions();
    const owned: NatsConnectionLike[] = [];
    const open = async () => {
      const connection = await connect(options);
      owned.push(connection);
      return new NatsBus(connection);
    };
    const buses = await Promise.all([open(), open(), open()]);
    const close = async () => {
      for (const bus of buses) await bus.close();
      for (const connection of owned) await connection.close();
    };
    return { buses, open, close };
  });

  describe("a cluster on NATS in containers", () => {
    test("a computation over one server", async (t) => {
      const server = await plainServer();
      t.after(() => server.stop());
      const client = await Client.local({ mode: "nats", nats: urlOf(server), workers: 1 });
      t.after(() => client.close());
      const futures = client.map((x: number) => x * x, xs);
      assert.deepEqual(await client.gather(futures), expected);
    });

    test("three servers, one of them killed in mid-job, then the one that leads the journal: right answers, no future is lost", async (t) => {
      const cluster = await ServerCluster.start();
      t.after(() => cluster.stop());
      const env = { SHOAL_NATS: cluster.urls, SHOAL_CLUSTER: "three" };
      const scheduler = startCommand(t, ["scheduler", "--no-page"], { env });
      await scheduler.says(/is ready at .*, with a journal/);
      startCommand(t, ["worker", "--workers", "2"], { env });
      const client = await Client.connect(cluster.urls, { cluster: "three" });
      t.after(() => client.close());
      await client.waitForWorkers(2, PATIENCE);

      const first = client.map(slow, xs);
      await client.gather(first.slice(0, 20));
      const follower = await cluster.follower(JOURNAL);
      await cluster.kill(follower);
      assert.deepEqual(await client.gather(first, PATIENCE), expected);

      await cluster.startAgain(follower, JOURNAL);
      const second = client.map(slow, xs);
      await client.gather(second.slice(0, 20));
      await cluster.kill(await cluster.leader(JOURNAL));
      assert.deepEqual(await client.gather(second, PATIENCE), expected);
      assert.deepEqual(await client.gather(first), expected, "what was there before is there");
      assert.equal(await client.submit((x: number) => x + 1, 41).result(), 42, "new work is taken, and written down");
      assert.ok(!/fallen silent/.test(scheduler.stderr), scheduler.stderr);
    });
  });
}

/** Servers elect, and everybody connects again. */
const PATIENCE = { timeout: "180s" };
const JOURNAL = "shoal-journal-three";
const xs = Array.from({ length: 400 }, (_, x) => x);
const expected = xs.map((x) => x * x);

async function slow(x: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 10));
  return x * x;
}

const serverReady = Wait.forLogMessage(/Server is ready/);

const plainServer = (): Promise<StartedTestContainer> =>
  new GenericContainer(IMAGE).withExposedPorts(4222).withWaitStrategy(serverReady).start();

const urlOf = (server: StartedTestContainer): string => `nats://${server.getHost()}:${server.getMappedPort(4222)}`;

const NAMES = ["n1", "n2", "n3"] as const;

/** Three servers with JetStream that know each other. */
class ServerCluster {
  private readonly network: StartedNetwork;
  private readonly servers: ReadonlyMap<string, StartedTestContainer>;
  readonly urls: string;

  private constructor(network: StartedNetwork, servers: ReadonlyMap<string, StartedTestContainer>) {
    this.network = network;
    this.servers = servers;
    this.urls = [...servers.values()].map(urlOf).join(",");
  }

  static async start(): Promise<ServerCluster> {
    const network = await new Network().start();
    const routes = NAMES.map((name) => `nats://${name}:6222`).join(",");
    const servers = await Promise.all(
      NAMES.map(async (name) => {
        const identity = [
          "--name",
          name,
          "--cluster_name",
          "c",
          "--cluster",
          "nats://0.0.0.0:6222",
          "--routes",
          routes,
        ];
        const server = await new GenericContainer(IMAGE)
          .withNetwork(network)
          .withNetworkAliases(name)
          .withExposedPorts(4222)
          .withCommand([...identity, "--no_advertise", "--jetstream", "--store_dir", "/tmp/js"])
          .withWaitStrategy(serverReady)
          .start();
        return [name, server] as const;
      }),
    );
    const cluster = new ServerCluster(network, new Map(servers));
    // Servers are ready before they have found each other.
    await cluster.until(async (manager) => (await manager.getAccountInfo()) !== undefined);
    return cluster;
  }

  async kill(name: string): Promise<void> {
    const { container } = await getContainerRuntimeClient();
    await container.getById(this.idOf(name)).kill();
  }

  /** A server that was killed comes back, and has all that it missed. */
  async startAgain(name: string, stream: string): Promise<void> {
    const { container } = await getContainerRuntimeClient();
    await container.getById(this.idOf(name)).start();
    await this.until(async (manager) => {
      const { replicas = [] } = (await manager.streams.info(stream)).cluster ?? {};
      return (
        replicas.length === NAMES.length - 1 && replicas.every(({ current, offline }) => current && offline !== true)
      );
    });
  }

  private idOf(name: string): string {
    return (this.servers.get(name) as StartedTestContainer).getId();
  }

  leader(stream: string): Promise<string> {
    return this.until(async (manager) => (await manager.streams.info(stream)).cluster?.leader);
  }

  follower(stream: string): Promise<string> {
    return this.until(async (manager) => (await manager.streams.info(stream)).cluster?.replicas?.[0]?.name);
  }

  async stop(): Promise<void> {
    for (const server of this.servers.values()) await server.stop({ timeout: 0 });
    await this.network.stop();
  }

  /** Asks the servers until they say so; they may be electing. */
  private async until<T>(
    ask: (manager: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<T>,
  ): Promise<NonNullable<T>> {
    const connection = await connect({ servers: this.urls.split(","), maxReconnectAttempts: -1 });
    try {
      for (;;) {
        const answer = await jetstreamManager(connection)
          .then(ask)
          .catch(() => undefined);
        if (answer !== undefined && answer !== false && answer !== null && answer !== "")
          return answer as NonNullable<T>;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    } finally {
      await connection.close();
    }
  }
}
