import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { connect } from "@nats-io/transport-node";
import { Client, config } from "shoal";
import { SERVER_CONFIG } from "../../infra/nats/server.ts";
import { makeCertificates } from "../support/certificates.ts";
import { runCommand, startCommand } from "../support/command-line.ts";
import { startTestNats } from "../support/nats.ts";

describe("TLS by configuration", () => {
  const folder = makeCertificates({ after });
  const file = (name: string): string => join(folder, name);
  const tls = {
    "ca-file": file("ca.pem"),
    "cert-file": file("client.pem"),
    "key-file": file("client.key"),
    "require-encryption": true,
  };
  /** The server asks for the certificate of whoever connects. */
  const tlsServer = `tls: { cert_file: "${file("server.pem")}", key_file: "${file("server.key")}", ca_file: "${file("ca.pem")}", verify: true }\n`;

  test("scheduler, workers, page, commands and clients connect as a file or the environment says, with no word of it in calls", async (t) => {
    const server = await startTestNats(t, { config: SERVER_CONFIG + tlsServer });
    writeFileSync(file("shoal.json"), JSON.stringify({ tls }));
    const place = { SHOAL_NATS: server.url, SHOAL_CLUSTER: "private" };
    const env = { ...place, SHOAL_CONFIG: file("shoal.json") };
    const scheduler = startCommand(t, ["scheduler", "--no-page"], { env });
    await scheduler.says(/is ready/);
    const worker = startCommand(t, ["worker", "--workers", "1"], {
      env: {
        ...place,
        SHOAL_TLS__CA_FILE: tls["ca-file"],
        SHOAL_TLS__CERT_FILE: tls["cert-file"],
        SHOAL_TLS__KEY_FILE: tls["key-file"],
        SHOAL_TLS__REQUIRE_ENCRYPTION: "true",
      },
    });
    const page = startCommand(t, ["page", "--page-port", "0"], { env });
    const client = await config.with({ tls }, () => Client.connect(server.url, { cluster: "private" }));
    t.after(() => client.close());
    await client.waitForWorkers(1);
    const held = client.submit(() => new Float64Array(300_000).fill(2));
    assert.equal(await client.submit((xs: Float64Array) => xs.length, held).result(), 300_000);
    assert.equal((await held.result())[299_999], 2);
    const status = await runCommand(["status", "--json"], { env });
    assert.equal(status.code, 0, status.stderr);
    assert.equal(JSON.parse(status.stdout).workers.length, 1);
    const [, url] = await page.says(/(http:\/\/\S+)/);
    assert.equal((await fetch(`${url}/ready`)).status, 200);
    assert.deepEqual(await worker.stop("SIGTERM"), { code: 0, signal: null });
  });

  test("where encryption is required, nobody connects to a server without it", async (t) => {
    const server = await startTestNats(t, { config: SERVER_CONFIG });
    const env = { SHOAL_NATS: server.url, SHOAL_TLS__REQUIRE_ENCRYPTION: "true" };
    const refused = /did not take TLS: .* tls\.requireEncryption allows nothing else/;
    for (const command of ["scheduler", "worker", "status", "page"]) {
      const { code, stderr } = await runCommand([command], { env });
      assert.deepEqual([command, code], [command, 1]);
      assert.match(stderr, refused);
    }
    const connection = await connect({ servers: server.url });
    t.after(() => connection.close());
    await config.with({ tls: { "require-encryption": true } }, async () => {
      await assert.rejects(Client.connect(server.url), { code: "CONNECT", message: refused });
      await assert.rejects(Client.local({ mode: "nats", nats: server.url }), { code: "CONNECT", message: refused });
      await assert.rejects(Client.connect({ connection }), {
        code: "CONNECT",
        message: /was handed in may be without TLS/,
      });
      // What a call says counts for more.
      const tls = { requireEncryption: false };
      await assert.rejects(Client.connect(server.url, { tls, timeout: 300 }), { code: "NO_SCHEDULER" });
    });
  });
});
