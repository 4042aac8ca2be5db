import { readFile } from "node:fs/promises";
import type { Authenticator, ConnectionOptions, NatsConnection, TlsOptions } from "@nats-io/transport-node";
import { ShoalError } from "../base/errors.ts";
import { NatsBus } from "./nats-bus.ts";

export interface NatsConnectOptions {
  /** "nats://host:4222", or several of one cluster; a user and password in the first address serve as `auth`. */
  readonly servers: string | readonly string[];
  /** For the server's monitoring pages. */
  readonly name?: string;
  readonly auth?: NatsAuth;
  readonly tls?: NatsTls;
  /** See `inboxPrefixOf` in subject.ts. */
  readonly inboxPrefix?: string;
  /** For the first connection; default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Between attempts to reconnect, which go on until the bus is closed; default 250. */
  readonly reconnectDelayMs?: number;
}

export type NatsAuth =
  | { readonly kind: "password"; readonly user: string; readonly password: string }
  | { readonly kind: "token"; readonly token: string }
  /** The seed, "SU…". */
  | { readonly kind: "nkey"; readonly seed: string }
  /** The path of a credentials file, or its text. */
  | { readonly kind: "creds"; readonly creds: string };

/** Paths of PEM files; where nothing is said, a server that offers TLS is spoken to by it all the same. */
export interface NatsTls {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Whether servers that offer no TLS are refused; those are refused anyway where there are files. */
  readonly requireEncryption?: boolean;
}

type Library = typeof import("@nats-io/transport-node");

/**
 * Connects to NATS on a connection of its own, which closing the bus closes.
 * @throws ShoalError CONNECT naming the server, the reason and the remedy; VERSION for an old server
 */
export async function connectNatsBus(options: NatsConnectOptions): Promise<NatsBus> {
  const connection = await connectNats(options);
  try {
    const prefix = options.inboxPrefix === undefined ? {} : { inboxPrefix: options.inboxPrefix };
    return new NatsBus(connection, { ownsConnection: true, ...prefix });
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** A connection without a bus, for what speaks to JetStream. It connects again for ever. @throws ShoalError CONNECT */
export async function connectNats(options: NatsConnectOptions): Promise<NatsConnection> {
  const library = await import("@nats-io/transport-node");
  // Several are said as NATS says them: with commas.
  const given = [options.servers].flat().flatMap((some) => some.split(","));
  const servers = given.map(withoutUser);
  const auth = options.auth ?? authInAddress(given[0] ?? "");
  const authenticator = auth === undefined ? undefined : await authenticatorOf(library, auth);
  const timeoutMs = options.connectTimeoutMs ?? 5_000;
  const wanted: ConnectionOptions = {
    servers,
    timeout: timeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: options.reconnectDelayMs ?? 250,
    // Credentials may be mended on the server while it is away: go on asking.
    ignoreAuthErrorAbort: true,
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.inboxPrefix === undefined ? {} : { inboxPrefix: options.inboxPrefix }),
    ...(authenticator === undefined ? {} : { authenticator }),
    ...(isPlain(options.tls) ? {} : { tls: await tlsOf(options.tls as NatsTls) }),
  };
  try {
    return await library.connect(wanted);
  } catch (cause) {
    throw connectError(library, cause, servers, { ...options, ...(auth === undefined ? {} : { auth }) }, timeoutMs);
  }
}

const USER_IN_ADDRESS = /^((?:[a-z]+:\/\/)?)([^/@:]+)(?::([^/@]*))?@/;

/** The library does not read it, and an error message must not show it. */
function withoutUser(server: string): string {
  return server.replace(USER_IN_ADDRESS, "$1");
}

function authInAddress(server: string): NatsAuth | undefined {
  const [, , user, password] = USER_IN_ADDRESS.exec(server) ?? [];
  if (user === undefined) return undefined;
  const plain = decodeURIComponent(user);
  if (password === undefined) return { kind: "token", token: plain };
  return { kind: "password", user: plain, password: decodeURIComponent(password) };
}

async function authenticatorOf(library: Library, auth: NatsAuth): Promise<Authenticator> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  if (auth.kind === "password") return library.usernamePasswordAuthenticator(auth.user, auth.password);
  if (auth.kind === "token") return library.tokenAuthenticator(auth.token);
  try {
    // The library reads seeds when the server asks for a signature; a bad one is to be known now, so one is made.
    if (auth.kind === "creds") {
      const authenticator = library.credsAuthenticator(bytes(await credentials(auth.creds)));
      authenticator("trial");
      return authenticator;
    }
    library.nkeys.fromSeed(bytes(auth.seed));
    return library.nkeyAuthenticator(bytes(auth.seed));
  } catch (cause) {
    if (cause instanceof ShoalError) throw cause;
    const what =
      auth.kind === "nkey"
        ? "The nkey is no seed of a user; give the whole line that begins with SU"
        : "The credentials hold no user JWT and seed; give the .creds file that `nsc generate creds` writes";
    throw new ShoalError(what, { code: "CONNECT", cause });
  }
}

async function credentials(creds: string): Promise<string> {
  return creds.includes("-----BEGIN") ? creds : (await readable("credentials file", creds)).toString();
}

const isPlain = (tls: NatsTls = {}): boolean =>
  tls.requireEncryption !== true && [tls.caFile, tls.certFile, tls.keyFile].every((file) => file === undefined);

/** The library holds every connection to it, those after a break too: a server that offers no TLS is refused. */
async function tlsOf({ requireEncryption: _, ...files }: NatsTls): Promise<TlsOptions> {
  const { certFile, keyFile } = files;
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new ShoalError("A certificate goes with its key: give both tls.certFile and tls.keyFile, or neither", {
      code: "CONNECT",
    });
  for (const [what, path] of Object.entries(files)) await readable(`tls.${what}`, path);
  return files;
}

function readable(what: string, path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new ShoalError(`The ${what} ${path} cannot be read; check its path and rights`, { code: "CONNECT", cause });
  });
}

/** Says which server refused, in what way, and what can be done. */
function connectError(
  library: Library,
  cause: unknown,
  servers: readonly string[],
  options: NatsConnectOptions,
  timeoutMs: number,
): ShoalError {
  const server = servers.join(", ");
  const codes = codesOf(cause);
  const give = (message: string, retryable = false) =>
    new ShoalError(message, { code: "CONNECT", retryable, cause, details: { servers } });
  if (cause instanceof library.AuthorizationError || cause instanceof library.UserAuthenticationExpiredError)
    return give(
      `The NATS server at ${server} refused ${credentialsShown(options.auth)}; check the credentials given to connect against the server's configuration`,
    );
  if (codes.some((code) => TLS_TRUST.has(code)))
    return give(
      `The certificate of the NATS server at ${server} is not trusted (${codes.at(-1)}); give its authority as tls.caFile`,
    );
  if (codes.some((code) => /^(ERR_SSL|ERR_TLS|EPROTO)/.test(code)))
    return give(
      `The TLS handshake with the NATS server at ${server} failed (${codes.at(-1)}); if it asks for a client certificate give tls.certFile and tls.keyFile`,
    );
  if (codes.includes("ECONNREFUSED"))
    return give(
      `No NATS server answers at ${server} (connection refused); start one with \`npx shoal nats\` or \`nats-server\`, or check the address`,
      true,
    );
  if (codes.includes("ENOTFOUND") || codes.includes("EAI_AGAIN"))
    return give(`The host of ${server} is not known to this machine's name service; check the address`, true);
  // The library does not see the alert a server sends after the handshake when it misses the client's certificate.
  if (cause instanceof library.TimeoutError && options.tls !== undefined)
    return give(
      `The TLS connection to the NATS server at ${server} was not taken within ${timeoutMs} ms; if it asks for a client certificate give tls.certFile and tls.keyFile`,
      true,
    );
  if (cause instanceof library.TimeoutError)
    return give(
      `${server} did not greet as a NATS server within ${timeoutMs} ms; check address, port and firewall, and that it is NATS`,
      true,
    );
  const words = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof library.ConnectionError && options.tls?.requireEncryption === true)
    return give(
      `The NATS server at ${server} did not take TLS: ${words}; tls.requireEncryption allows nothing else: configure the server for TLS, or take that back`,
    );
  if (cause instanceof library.ConnectionError && options.tls !== undefined)
    return give(
      `The NATS server at ${server} did not take TLS: ${words}; leave tls out, or configure the server for it`,
    );
  return give(
    `The connection to the NATS server at ${server} failed: ${words}; see the server's log for its side`,
    true,
  );
}

const TLS_TRUST = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_GET_ISSUER_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
]);

/** The codes of an error and of its causes, outermost first; an attempt at several addresses has several. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { code, errors } = error as { code?: unknown; errors?: unknown[] };
  return [typeof code === "string" ? [code] : [], (errors ?? []).flatMap(codesOf), codesOf(error.cause)].flat();
}

function credentialsShown(auth: NatsAuth | undefined): string {
  if (auth === undefined) return "a connection without credentials";
  return auth.kind === "password" ? `the password of user "${auth.user}"` : `the ${auth.kind}`;
}
