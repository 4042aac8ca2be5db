import { wallTimeMs } from "../../runtime/base/clock.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import type { Bus, BusMessage, Subscription } from "../../runtime/bus/bus.ts";
import { serviceSubject } from "../../runtime/bus/subject.ts";

export interface ServiceDescription {
  /** "shoal-scheduler": 1–64 of `A-Z a-z 0-9 _ -`. */
  readonly name: string;
  /** The instance; default: one that is unique. */
  readonly id?: string;
  /** Of the program, as semver. */
  readonly version: string;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly endpoints?: readonly ServiceEndpoint[];
}

export interface ServiceEndpoint {
  readonly name: string;
  readonly subject: string;
  /** Counts since the service began; asked at every STATS. Times in nanoseconds. */
  stats?(): EndpointStats;
}

export interface EndpointStats {
  readonly numRequests: number;
  readonly numErrors: number;
  readonly processingTimeNs: number;
  readonly lastError?: string;
  readonly data?: unknown;
}

/**
 * Answers `$SRV.PING|INFO|STATS` (all services, this name, this instance) in JSON, so that `nats micro ls` and any other
 * client of NATS services sees this actor.
 * @see https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-32.md
 * @example
 * const service = serveMonitoring(bus, { name: "shoal-scheduler", version: "0.1.0" });
 */
export function serveMonitoring(bus: Bus, service: ServiceDescription): Subscription & { readonly id: string } {
  const id = service.id ?? uniqueToken();
  const { name, version, description = "", metadata = {}, endpoints = [] } = service;
  const started = new Date(wallTimeMs()).toISOString();
  const identity = { name, id, version, metadata };
  const place = (endpoint: ServiceEndpoint) => ({ name: endpoint.name, subject: endpoint.subject, queue_group: "" });
  const replies = {
    PING: () => ({ type: "io.nats.micro.v1.ping_response", ...identity }),
    INFO: () => ({ type: "io.nats.micro.v1.info_response", ...identity, description, endpoints: endpoints.map(place) }),
    STATS: () => ({
      type: "io.nats.micro.v1.stats_response",
      ...identity,
      started,
      endpoints: endpoints.map((endpoint) => ({ ...place(endpoint), ...statsOf(endpoint) })),
    }),
  };
  const subscriptions = (["PING", "INFO", "STATS"] as const).flatMap((verb) => {
    const respond = (message: BusMessage) => {
      if (message.reply !== undefined) message.respond(jsonPayload(replies[verb]()));
    };
    const subjects = [serviceSubject(verb), serviceSubject(verb, name), serviceSubject(verb, name, id)];
    return subjects.map((subject) => bus.subscribe(subject, respond));
  });
  return { id, unsubscribe: () => subscriptions.forEach((subscription) => void subscription.unsubscribe()) };
}

function statsOf({ stats }: ServiceEndpoint): Record<string, unknown> {
  const now = stats?.() ?? { numRequests: 0, numErrors: 0, processingTimeNs: 0 };
  return {
    num_requests: now.numRequests,
    num_errors: now.numErrors,
    processing_time: now.processingTimeNs,
    average_processing_time: now.numRequests === 0 ? 0 : Math.round(now.processingTimeNs / now.numRequests),
    last_error: now.lastError ?? "",
    ...(now.data === undefined ? {} : { data: now.data }),
  };
}

/** JSON in bytes; where messages go by reference, the bytes too: a reader of this protocol expects them. */
function jsonPayload(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
