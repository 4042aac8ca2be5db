import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { nkeys } from "@nats-io/transport-node";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { connectNatsBus, type NatsConnectOptions } from "../../../runtime/bus/nats-connect.ts";
import { makeCertificates } from "../../support/certificates.ts";
import { startTestNats } from "../../support/nats.ts";

/** The message of a connection's refusal; the code must be CONNECT. */
async function refusal(options: NatsConnectOptions): Promise<string> {
  try {
    await (await connectNatsBus(options)).close();
  } catch (error) {
    assert.ok(error instanceof ShoalError, String(error));
    assert.equal(error.code, "CONNECT");
    return error.message;
  }
  assert.fail("the connection was taken");
}

async function works(options: NatsConnectOptions): Promise<void> {
  const bus = await connectNatsBus(options);
  bus.subscribe("echo", (message) => message.respond(message.payload));
  const answer = await bus.request("echo", new Uint8Array([7]), { timeoutMs: 10_000 });
  assert.deepEqual([...(answer.payload as Uint8Array)], [7]);
  await bus.drain();
}

describe("connectNatsBus() with credentials", () => {
  test("password: right, wrong, missing, in the address", async (t) => {
    const { url } = await startTestNats(t, { config: "authorization: { user: ada, password: secret }" });
    const address = url.slice("nats://".length);
    await works({ servers: url, auth: { kind: "password", user: "ada", password: "secret" } });
    await works({ servers: `nats://ada:secret@${address}` });
    const check = "check the credentials given to connect against the server's configuration";
    assert.equal(
      await refusal({ servers: url, auth: { kind: "password", user: "ada", password: "x" } }),
      `The NATS server at ${url} refused the password of user "ada"; ${check}`,
    );
    assert.equal(
      await refusal({ servers: `nats://ada:leak@${address}` }),
      `The NATS server at ${url} refused the password of user "ada"; ${check}`,
    );
    assert.equal(
      await refusal({ servers: url }),
      `The NATS server at ${url} refused a connection without credentials; ${check}`,
    );
  });

  test("token: right and wrong", async (t) => {
    const { url } = await startTestNats(t, { config: "authorization: { token: abc }" });
    await works({ servers: url, auth: { kind: "token", token: "abc" } });
    assert.match(await refusal({ servers: url, auth: { kind: "token", token: "x" } }), /refused the token; check/);
  });

  test("nkey: right, another user's, not a seed", async (t) => {
    const user = nkeys.createUser();
    const seed = new TextDecoder().decode(user.getSeed());
    const { url } = await startTestNats(t, { config: `authorization: { users: [{ nkey: ${user.getPublicKey()} }] }` });
    await works({ servers: url, auth: { kind: "nkey", seed } });
    const other = new TextDecoder().decode(nkeys.createUser().getSeed());
    assert.match(await refusal({ servers: url, auth: { kind: "nkey", seed: other } }), /refused the nkey; check/);
    assert.equal(
      await refusal({ servers: url, auth: { kind: "nkey", seed: "SUnonsense" } }),
      "The nkey is no seed of a user; give the whole line that begins with SU",
    );
  });

  test("creds: a file that is missing, and one that holds none", async () => {
    const servers = "nats://127.0.0.1:1";
    assert.equal(
      await refusal({ servers, auth: { kind: "creds", creds: "/no/such.creds" } }),
      "The credentials file /no/such.creds cannot be read; check its path and rights",
    );
    assert.match(
      await refusal({ servers, auth: { kind: "creds", creds: "-----BEGIN NOTHING-----" } }),
      /The credentials hold no user JWT and seed; give the \.creds file/,
    );
  });
});

describe("connectNatsBus() to what is not there", () => {
  test("nobody listens", async () => {
    const closing = createServer().listen(0, "127.0.0.1");
    await once(closing, "listening");
    const { port } = closing.address() as AddressInfo;
    closing.close();
    await once(closing, "close");
    const servers = `nats://127.0.0.1:${port}`;
    assert.equal(
      await refusal({ servers }),
      `No NATS server answers at ${servers} (connection refused); start one with \`npx shoal nats\` or \`nats-server\`, or check the address`,
    );
  });

  test("something listens and says nothing", async (t) => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket)).listen(0, "127.0.0.1");
    await once(silent, "listening");
    // The library leaves its socket open when it gives up on a greeting; only the other side can end it.
    t.after(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const servers = `nats://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    assert.equal(
      await refusal({ servers, connectTimeoutMs: 60 }),
      `${servers} did not greet as a NATS server within 60 ms; check address, port and firewall, and that it is NATS`,
    );
  });

  test("something else than NATS answers", async (t) => {
    const web = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(0, "127.0.0.1");
    await once(web, "listening");
    t.after(() => web.close());
    const servers = `nats://127.0.0.1:${(web.address() as AddressInfo).port}`;
    assert.match(await refusal({ servers, connectTimeoutMs: 500 }), new RegExp(`${servers}.*(failed|did not greet)`));
  });
});

describe("connectNatsBus() over TLS", () => {
  const folder = makeCertificates({ after });
  const file = (name: string) => join(folder, name);
  const tlsConfig = (more: string) =>
    `tls: { cert_file: "${file("server.pem")}", key_file: "${file("server.key")}", timeout: 5, ${more} }`;

  test("a trusted server, an untrusted one, and one that speaks no TLS", async (t) => {
    const { url } = await startTestNats(t, { config: tlsConfig("") });
    await works({ servers: url, tls: { caFile: file("ca.pem") } });
    assert.match(
      await refusal({ servers: url }),
      /The certificate of the NATS server at nats:\/\/\S+ is not trusted \([A-Z_]+\); give its authority as tls\.caFile/,
    );
    assert.equal(
      await refusal({ servers: url, tls: { caFile: file("absent.pem") } }),
      `The tls.caFile ${file("absent.pem")} cannot be read; check its path and rights`,
    );
    const plain = await startTestNats(t);
    assert.match(
      await refusal({ servers: plain.url, tls: { caFile: file("ca.pem") } }),
      /The NATS server at \S+ did not take TLS: .+; leave tls out, or configure the server for it/,
    );
  });

  test("where encryption is required, a server that offers it is taken and one that does not is refused", async (t) => {
    const { url } = await startTestNats(t, { config: tlsConfig("") });
    await works({ servers: url, tls: { caFile: file("ca.pem"), requireEncryption: true } });
    const plain = await startTestNats(t);
    await works({ servers: plain.url, tls: { requireEncryption: false } });
    assert.match(
      await refusal({ servers: plain.url, tls: { requireEncryption: true } }),
      /The NATS server at \S+ did not take TLS: .+; tls\.requireEncryption allows nothing else: configure the server for TLS/,
    );
    assert.equal(
      await refusal({ servers: url, tls: { caFile: file("ca.pem"), certFile: file("client.pem") } }),
      "A certificate goes with its key: give both tls.certFile and tls.keyFile, or neither",
    );
  });

  test("a server that asks for the client's certificate", async (t) => {
    const { url } = await startTestNats(t, { config: tlsConfig(`ca_file: "${file("ca.pem")}", verify: true`) });
    const client = { certFile: file("client.pem"), keyFile: file("client.key") };
    await works({ servers: url, tls: { caFile: file("ca.pem"), ...client } });
    assert.match(
      await refusal({ servers: url, tls: { caFile: file("ca.pem") }, connectTimeoutMs: 300 }),
      /The TLS connection to the NATS server at \S+ was not taken within 300 ms; if it asks for a client certificate give tls\.certFile and tls\.keyFile/,
    );
  });
});
