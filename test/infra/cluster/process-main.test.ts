import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { test } from "node:test";
import type { WorkerConfig } from "../../../infra/cluster/worker-config.ts";
import { bootEntry, siblingEntry } from "../../../infra/cluster/worker-entry.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { ipcChannel } from "../../../runtime/bus/port-channel.ts";
import { attachPort } from "../../../runtime/bus/port-hub.ts";
import { copyCodec } from "../../support/frame-codecs.ts";

const config = {
  cluster: "prod",
  id: "w0",
  incarnation: 1,
  slots: 1,
  resources: {},
  heartbeatMs: 1000,
  functions: "any",
  memory: {
    shares: { target: false, spill: false, pause: false, transfer: false, terminate: false },
    measures: "results",
  },
  preload: [new URL("./late-preload.fixture.mjs", import.meta.url).href],
  environment: {},
} satisfies WorkerConfig;

for (const parting of ["disconnects", "detaches its port, and disconnects when the process has ended"] as const)
  test(`a worker process whose parent ${parting} while modules are loaded ends, and complains of nothing`, async () => {
    const child = fork(bootEntry(), [], {
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, SHOAL_ENTRY: siblingEntry("process-main"), SHOAL_WORKER: JSON.stringify(config) },
      execArgv: ["--conditions=shoal-source"],
    });
    let complaints = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      complaints += chunk.toString();
    });
    const ended = Promise.all([once(child, "exit"), once(child.stderr as Readable, "end")]);
    const port = attachPort(new LocalBus(), ipcChannel(child), { codec: copyCodec });
    await new Promise((resolve) => child.stdout?.on("data", resolve));
    port.detach();
    if (parting === "disconnects") child.disconnect();
    const [[code]] = await ended;
    assert.equal(complaints, "");
    assert.equal(code, 0);
  });
