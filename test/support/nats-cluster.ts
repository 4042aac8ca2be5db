import { createServer } from "node:net";
import { NatsServer, SERVER_CONFIG } from "../../infra/nats/server.ts";

interface TestScope {
  after(fn: () => Promise<void> | void): void;
}

/** So many ports that are free at this moment. */
async function freePorts(count: number): Promise<number[]> {
  const listeners = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const listener = createServer();
          listener.listen(0, "127.0.0.1", () => resolve(listener));
        }),
    ),
  );
  const ports = listeners.map((listener) => (listener.address() as { port: number }).port);
  await Promise.all(listeners.map((listener) => new Promise((resolve) => listener.close(resolve))));
  return ports;
}

/** Servers that know each other, with JetStream, each a process of its own; ended with the test. */
export async function startNatsCluster(scope: TestScope, count = 3): Promise<ReadonlyMap<string, NatsServer>> {
  const ports = await freePorts(count);
  const routes = ports.map((port) => `nats-route://127.0.0.1:${port}`).join(", ");
  const servers = new Map<string, NatsServer>();
  scope.after(async () => void (await Promise.all([...servers.values()].map((server) => server.stop()))));
  for (const [i, port] of ports.entries()) {
    const cluster = `cluster { name: "test", listen: "127.0.0.1:${port}", routes: [${routes}] }\n`;
    const config = `${SERVER_CONFIG}server_name: "n${i}"\n${cluster}`;
    servers.set(`n${i}`, await NatsServer.start({ jetStream: true, config }));
  }
  return servers;
}
