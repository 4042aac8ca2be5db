import type { Claim } from "../claim.ts";

const terminalsTest = "test/infra/cli/four-terminals.test.ts";

const portBus = "test/runtime/bus/port-bus.test.ts";
const connecting = "test/runtime/bus/nats-connect.test.ts";

export const clusterClaims: readonly Claim[] = [
  ["DP-005", "Synchronous", "shoal:syncExecutor", "golden delayed/call"],
  ["DP-013", "LocalCluster", "shoal:Client.local", "test/e2e/modes.test.ts: the same program gives the same answer"],
  [
    "DP-014",
    "In-process cluster",
    "shoal:Client.local",
    "test/e2e/modes.test.ts: the same program gives the same answer",
  ],
  [
    "DP-015",
    "SubprocessCluster",
    "shoal:Client.local",
    "test/e2e/modes.test.ts: the same program gives the same answer",
  ],
  ["DP-030", "dask scheduler", "cli:scheduler", `${terminalsTest}: four terminals find each other`],
  ["DP-031", "dask worker", "cli:worker", `${terminalsTest}: four terminals find each other`],
  [
    "DP-001",
    "Scheduler selection",
    "shoal:Client.local",
    "test/e2e/modes.test.ts: the same program gives the same answer",
  ],
  ["DP-003", "Threaded", "shoal:Client.local", "test/infra/demo.test.ts: the demo's answers are right in mode"],
  ["DP-004", "Multiprocessing", "shoal:Client.local", "test/infra/demo.test.ts: the demo's answers are right in mode"],
  ["DP-008", "Memory release", "shoal:Client", "test/actors/brains.test.ts: brains: a diamond is computed by"],
  [
    "DP-009",
    "Exception handling",
    "shoal:TaskError",
    "test/runtime/wire/value.test.ts: error: class, text, stack, own fields",
  ],
  [
    "DP-010",
    "CPU detection",
    "shoal:Client.local",
    "test/runtime/base/cpu-count.test.ts: cpuCount() is what the container",
  ],
  [
    "DP-017",
    "Cluster base API",
    "shoal:Client#scale shoal:Client#adapt",
    "test/e2e/elastic.test.ts: the number of workers follows",
  ],
  ["DP-029", "Auto shutdown", "cli:scheduler", `${terminalsTest}: four terminals find each other`],
  ["DP-037", "Transports", "shoal:Client.connect", `${portBus}: a worker thread takes part over the hub`],
  [
    "DP-039",
    "RPC servers",
    "shoal:Client",
    "test/runtime/actor/system.test.ts: ActorSystem.ask() in a frame carries values",
  ],
  [
    "DP-040",
    "Batched stream",
    "shoal:Client",
    "test/runtime/actor/system.test.ts: ActorSystem takes what arrived together",
  ],
  ["DP-041", "Message protocol", "shoal:Client", "test/runtime/wire/codec.test.ts: codec: a message of every kind"],
  [
    "DP-043",
    "Register serializers",
    "shoal:registerValue",
    "test/runtime/wire/value.test.ts: value: a class that is not registered",
  ],
  ["DP-044", "Built-in type codecs", "shoal:Client", "test/runtime/wire/value.test.ts: value: Arrow tables travel"],
  ["DP-045", "Opaque payloads", "shoal:Client", `${portBus}: leaf to leaf passes undecoded`],
  ["DP-046", "Compression", "shoal:config", "test/actors/chunk/chunk-exchange.test.ts: comm.compression: with"],
  [
    "DP-047",
    "Offload",
    "shoal:Client.connect cli:worker",
    "test/e2e/offload.test.ts: over NATS a worker writes and reads results in the thread that computes",
  ],
  ["DP-048", "Timeouts and retry", "shoal:Client.connect", `${connecting}: something listens and says nothing`],
  ["DP-051", "TLS config", "shoal:Client.connect", `${connecting}: a trusted server, an untrusted one`],
  [
    "DP-052",
    "Temporary credentials",
    "shoal:Client.local",
    "test/infra/cluster/own-server.test.ts: nobody else enters the server of a local cluster",
  ],
  [
    "DP-018",
    "Cluster widget",
    "shoal:Client shoal:Client#pageUrl",
    "test/infra/dashboard/panes.test.ts: with the token the cluster is scaled, on the page and in a client's notebook form",
  ],
  [
    "DP-049",
    "Addresses and ports",
    "cli:nats cli:scheduler cli:page shoal:Client.local",
    "test/e2e/addresses.test.ts: a range of ports, and an address that others are told",
  ],
  [
    "DP-053",
    "Config-driven TLS",
    "shoal:config shoal:Client.connect cli:scheduler cli:worker",
    "test/e2e/configured-tls.test.ts: scheduler, workers, page, commands and clients connect as a file or the environment says",
  ],
  ["DP-055", "Trust model", "cli:nats", "test/infra/nats/permissions.test.ts: users with passwords: each role"],
  [
    "DP-002",
    "Per-collection default",
    "shoal:compute",
    "test/collections/futures/persist.test.ts: the same without a client",
  ],
  [
    "DP-007",
    "Custom executors",
    "shoal:pushExecutor testing:checkExecutor",
    "test/infra/testing/assert-eq.test.ts: checkExecutor() passes",
  ],
  ["DP-034", "dask config / info", "cli:config cli:info", "test/infra/cli/config-command.test.ts: shoal config sets"],
  [
    "DP-042",
    "Serializer families",
    "shoal:registerValue shoal:Client.connect",
    "test/runtime/wire/value.test.ts: value: what cannot travel is refused",
  ],
  [
    "DP-028",
    "Scheduler file",
    "shoal:Client.connect cli:scheduler cli:worker",
    "test/infra/cluster/scheduler-file.test.ts: scheduler, workers and client find each other",
  ],
  ["DP-011", "Interruptible", "shoal:compute", "test/e2e/interrupt.test.ts: Ctrl-C ends a program in the midst"],
  ["DP-019", "SSHCluster", "shoal:SshCluster", "test/infra/cluster/ssh-cluster.test.ts: SshCluster starts a scheduler"],
];
