import { PortBus } from "../../runtime/bus/port-bus.ts";
import { ipcChannel } from "../../runtime/bus/port-channel.ts";
import { startWorker } from "./start-worker.ts";
import type { WorkerConfig } from "./worker-config.ts";

/** The entry of a worker process whose bus is the channel to its parent. It ends when the parent is gone. */
const bus = await PortBus.open(ipcChannel(process));
const config = JSON.parse(process.env["SHOAL_WORKER"] as string) as WorkerConfig;
const end = (): void => {
  system.close();
  void bus.close();
  if (process.connected) process.disconnect();
};
const system = startWorker(bus, config, end);
bus.onStatus((status) => {
  if (status.kind === "closed" || status.kind === "disconnected") end();
});
