/**
 * What the NATS bus asks of a connection: the common part of `@nats-io/transport-node` 3.x and `nats` 2.29, by shape, so
 * that a connection the program already has can be used, whichever of the two made it.
 */
export interface NatsConnectionLike {
  readonly info?:
    | { readonly version: string; readonly max_payload: number; readonly tls_required?: boolean }
    | undefined;
  publish(subject: string, payload?: Uint8Array, options?: { reply?: string }): void;
  subscribe(subject: string, options?: NatsSubscriptionOptions): NatsSubscriptionLike;
  flush(): Promise<void>;
  close(): Promise<void>;
  closed(): Promise<unknown>;
  isClosed(): boolean;
  getServer(): string;
  status(): AsyncIterable<unknown>;
}

export interface NatsSubscriptionOptions {
  queue?: string;
  // biome-ignore lint/suspicious/noExplicitAny: the two libraries differ in the promise a callback may give back.
  callback?: (error: any, message: any) => void;
}

export interface NatsSubscriptionLike {
  unsubscribe(): void;
  drain(): Promise<void>;
}

export interface NatsMessageLike {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly reply?: string | undefined;
  readonly headers?: { readonly code: number } | undefined;
}

/** What the two libraries tell of a connection, in one tongue. */
export type NatsEvent =
  | { readonly kind: "disconnect"; readonly server: string }
  | { readonly kind: "reconnect"; readonly server: string }
  | { readonly kind: "slow" }
  | { readonly kind: "denied"; readonly action: "publish" | "subscribe"; readonly subject: string }
  | { readonly kind: "error"; readonly error: Error };

/** Reads a status of either library; undefined is of no concern (pings, cluster updates, attempts). */
export function readNatsStatus(status: unknown): NatsEvent | undefined {
  const { type, server, data, error, permissionContext } = status as RawStatus;
  const address = server ?? (typeof data === "string" ? data : "");
  if (type === "disconnect" || type === "reconnect") return { kind: type, server: address };
  if (type === "slowConsumer") return { kind: "slow" };
  if (type !== "error") return undefined;
  const denied = permissionContext ?? (isPermission(error) ? error : undefined);
  if (denied !== undefined)
    return {
      kind: "denied",
      action: denied.operation === "publish" ? "publish" : "subscribe",
      subject: denied.subject,
    };
  return { kind: "error", error: error ?? new Error(`The NATS server complained: ${address}`) };
}

interface Permission {
  readonly operation: string;
  readonly subject: string;
}

interface RawStatus {
  readonly type: string;
  readonly server?: string;
  readonly data?: unknown;
  readonly error?: Error;
  readonly permissionContext?: Permission;
}

function isPermission(error: unknown): error is Error & Permission {
  return error instanceof Error && error.name === "PermissionViolationError";
}
