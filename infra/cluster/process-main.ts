import { PortBus } from "../../runtime/bus/port-bus.ts";
import { ipcChannel } from "../../runtime/bus/port-channel.ts";
import { preload } from "../../runtime/wire/preload.ts";
import { computeNicely } from "./compute-nicely.ts";
import { answerStackAsks } from "./process-stack.ts";
import { startWorker } from "./start-worker.ts";
import { DISMISSED_EXIT_CODE, REFUSED_EXIT_CODE, type WorkerConfig } from "./worker-config.ts";
import "./native-text.ts";

/** The entry of a worker process whose bus is the channel to its parent. It ends when the parent is gone. */
computeNicely();
const bus = await PortBus.open(ipcChannel(process)).catch((error: unknown) => {
  // A parent that went away meanwhile has nobody left to tell; this process ends with its channel.
  if (process.connected) throw error;
  return undefined;
});
if (bus !== undefined) await run(bus);

async function run(bus: PortBus): Promise<void> {
  const config = JSON.parse(process.env["SHOAL_WORKER"] as string) as WorkerConfig;
  process.title = `shoal worker ${config.id}`;
  try {
    await preload(config.preload, { worker: config.id, cluster: config.cluster });
  } catch (error) {
    // Started again it would fail again.
    process.exitCode = REFUSED_EXIT_CODE;
    process.stderr.write(`${(error as Error).message}\n`);
    await bus.close();
    if (process.connected) process.disconnect();
    return;
  }
  // While modules were loaded the parent may have gone, or closed its end and wait for this process to go.
  if (!bus.isOpen()) {
    if (process.connected) process.disconnect();
    return;
  }
  const end = (): void => {
    system.close();
    void bus.close();
    if (process.connected) process.disconnect();
  };
  const system = startWorker(bus, config, ({ kind, reason }) => {
    process.exitCode = kind === "refused" ? REFUSED_EXIT_CODE : DISMISSED_EXIT_CODE;
    if (kind === "refused") process.stderr.write(`${reason}\n`);
    end();
  });
  answerStackAsks();
  // An interrupt from the keyboard reaches the whole group: the parent decides what becomes of its workers.
  process.on("SIGINT", () => {});
  bus.onStatus((status) => {
    if (status.kind === "closed" || status.kind === "disconnected") end();
  });
}
