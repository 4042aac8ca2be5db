import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "shoal";

const cases = [
  [{ worker: 2 }, TypeError, 'Client.local has no option "worker"; did you mean "workers"?'],
  [{ workers: 0 }, RangeError, "workers of Client.local is a whole number from 1 on, not 0"],
  [{ workers: 1.5 }, RangeError, "workers of Client.local is a whole number from 1 on, not 1.5"],
  [{ workers: "many" }, TypeError, 'workers of Client.local is a whole number from 1 on, not "many"'],
  [{ slots: 0 }, RangeError, "slots of Client.local is a whole number from 1 on, not 0"],
  [{ mode: "clowd" }, TypeError, 'mode of Client.local is one of inline, threads, processes, nats, not "clowd"'],
  [{ functions: "name" }, TypeError, 'functions of Client.local is "any" or "named", not "name"'],
  [{ memory: { spil: 0.5 } }, TypeError, 'memory of Client.local has no option "spil"; did you mean "spill"?'],
  [{ page: { prt: 1 } }, TypeError, 'page of Client.local has no option "prt"; did you mean "port"?'],
  [{ share: { wieght: 2 } }, TypeError, 'share of Client.local has no option "wieght"; did you mean "weight"?'],
] as const;

test("Client.local refuses options that are unknown or mean nothing, in every mode, before anything starts", async () => {
  for (const [options, kind, message] of cases)
    for (const mode of ["inline", "threads"])
      await assert.rejects(Client.local({ mode, ...options } as never), { name: kind.name, message });
  await assert.rejects(Client.local("threads" as never), /options of Client\.local are an object, not "threads"/);
});

test("Client.connect refuses options that are unknown or mean nothing, before it looks for a server", async () => {
  const refused = async (options: object, message: string): Promise<void> =>
    assert.rejects(Client.connect("nats://127.0.0.1:1", options as never), { name: "TypeError", message });
  await refused({ clustr: "x" }, 'Client.connect has no option "clustr"; did you mean "cluster"?');
  await refused(
    { tls: { ca: "x" } },
    'tls of Client.connect has no option "ca"; it has caFile, certFile, keyFile, requireEncryption',
  );
  await refused({ timeout: "soon" }, 'timeout of Client.connect is a duration, such as "30s", not "soon"');
});

test("Client.connect refuses a target that is no address, connection or file", async () => {
  const refused = async (target: unknown, message: string): Promise<void> =>
    assert.rejects(Client.connect(target as never), { name: "TypeError", message });
  await refused(
    { connection: undefined },
    "connection of Client.connect is a NATS connection that is open, not undefined",
  );
  await refused({ connection: {} }, "connection of Client.connect is a NATS connection that is open, not an object");
  const targets = "Client.connect takes an address, { connection } or { schedulerFile }";
  await refused(4222, `${targets}, not 4222`);
  await refused("", `${targets}, not ""`);
  await refused({ servers: "nats://a" }, `${targets}, not an object that has servers`);
});
