import type { Claim } from "../claim.ts";

const delayedTest = "test/collections/delayed/delayed.test.ts";
const graphTest = "test/runtime/graph/dict-graph.test.ts";
const coordinationTest = "test/collections/futures/coordination.test.ts";
const failuresTest = "test/e2e/failures.test.ts";
const surfaceTest = "test/collections/futures/client-surface.test.ts";
const operationsTest = "test/collections/futures/client-operations.test.ts";
const terminalsTest = "test/infra/cli/four-terminals.test.ts";

export const futuresClaims: readonly Claim[] = [
  [
    "FU-001",
    "Connect / create",
    "shoal:Client.connect shoal:Client.local",
    `${terminalsTest}: tap shows what actors say`,
  ],
  [
    "FU-003",
    "Close / shutdown",
    "shoal:Client#close",
    "test/e2e/modes.test.ts: the same program gives the same answer",
  ],
  ["FU-006", "Wait for workers", "shoal:Client#waitForWorkers", `${failuresTest}: a client that is killed`],
  ["FU-040", "Replicate", "shoal:Client#replicate", "test/e2e/replicas.test.ts: replicate has results lie"],
  ["FU-041", "Rebalance", "shoal:Client#rebalance", "test/e2e/replicas.test.ts: rebalance spreads what lies"],
  ["FU-052", "Retire workers", "shoal:Client#retireWorkers", "test/e2e/replicas.test.ts: workers that are retired"],
  ["FU-016", "Submit", "shoal:Client#submit", `${failuresTest}: a client that is killed`],
  ["FU-017", "Map", "shoal:Client#map", "test/e2e/modes.test.ts: the same program gives the same answer"],
  [
    "FU-018",
    "Futures as arguments",
    "shoal:Client#submit",
    "test/collections/futures/submitter.test.ts: futures that have left",
  ],
  ["FU-021", "Raw graph", "shoal:get", `${graphTest}: get() computes keys, nested keys`],
  [
    "FU-031",
    "Result / exception",
    "shoal:Future#result shoal:Future#exception",
    "docs/failure-model.md: future.exception()",
  ],
  ["FU-038", "Gather", "shoal:Client#gather", "test/e2e/modes.test.ts: the same program gives the same answer"],
  ["FU-039", "Scatter", "shoal:Client#scatter", "test/e2e/secured-cluster.test.ts: a whole cluster works"],
  ["FU-045", "As completed", "shoal:asCompleted", "docs/getting-started.md: asCompleted(futures)"],
  ["FU-028", "Fire and forget", "shoal:Client#fireAndForget", `${surfaceTest}: fireAndForget() runs`],
  ["FU-034", "Reference counting", "shoal:Future#release", `${coordinationTest}: queues and variables carry values`],
  ["FU-046", "Dynamic iterator", "shoal:AsCompleted", `${surfaceTest}: asCompleted() takes more`],
  ["FU-049", "Run on workers", "shoal:Client#run", `${surfaceTest}: runOnScheduler() runs beside`],
  ["FU-050", "Run on scheduler", "shoal:Client#runOnScheduler", `${surfaceTest}: runOnScheduler() runs beside`],
  ["FU-064", "Story", "shoal:Client#story", `${surfaceTest}: hasWhat() and whoHas() agree`],
  [
    "FU-066",
    "Replay locally",
    "shoal:Client#recreateErrorLocally shoal:Client#recreateTaskLocally",
    `${surfaceTest}: recreateErrorLocally() runs`,
  ],
  ["FU-044", "Wait", "shoal:wait", "test/recipes/futures-recipes.ts: one that fails does not spoil"],
  [
    "FU-043",
    "Published datasets",
    "shoal:Client#publishDataset shoal:Client#getDataset",
    `${coordinationTest}: topics, datasets, metadata`,
  ],
  [
    "FU-053",
    "Metadata store",
    "shoal:Client#setMetadata shoal:Client#getMetadata",
    `${coordinationTest}: topics, datasets, metadata`,
  ],
  [
    "FU-063",
    "Events",
    "shoal:Client#logEvent shoal:Client#getEvents",
    `${coordinationTest}: topics, datasets, metadata`,
  ],
  [
    "FU-007",
    "Cluster info",
    "shoal:Client#whoHas shoal:Client#hasWhat shoal:Client#processing",
    `${surfaceTest}: hasWhat() and whoHas() agree`,
  ],
  [
    "FU-068",
    "Client inside task",
    "shoal:getClient",
    "test/collections/futures/user-actors.test.ts: a task submits work",
  ],
  [
    "FU-033",
    "Cancel / retry / release",
    "shoal:Future#cancel shoal:Future#retry shoal:Future#release",
    "test/e2e/failures.test.ts: a client that is killed",
  ],
  ["FU-036", "Await", "shoal:Future#result", "test/e2e/modes.test.ts: the same program gives the same answer"],
  ["FU-073", "Coroutine tasks", "shoal:delayed", `${delayedTest}: delayed() takes async functions`],
  ["CO-001", "Queue", "shoal:SharedQueue", `${coordinationTest}: queues and variables carry values`],
  ["CO-002", "Variable", "shoal:SharedVariable", `${coordinationTest}: queues and variables carry values`],
  ["CO-003", "Lock", "shoal:Lock", `${coordinationTest}: locks, semaphores and events`],
  ["CO-005", "Semaphore", "shoal:Semaphore", `${coordinationTest}: locks, semaphores and events`],
  ["CO-004", "MultiLock", "shoal:MultiLock", `${coordinationTest}: locks, semaphores and events`],
  ["CO-006", "Lease expiry", "shoal:Lock", "test/e2e/failures.test.ts: a client that is killed"],
  ["CO-008", "Pub/Sub", "shoal:Topic", `${coordinationTest}: topics, datasets, metadata`],
  [
    "CO-014",
    "Actor creation",
    "shoal:Client#actor",
    "test/collections/futures/user-actors.test.ts: an actor keeps its state",
  ],
  ["CO-007", "Event", "shoal:SharedEvent", `${coordinationTest}: locks, semaphores and events`],
  ["FU-008", "Versions", "shoal:Client#getVersions", `${operationsTest}: getVersions() tells what every process`],
  [
    "FU-010",
    "Restart",
    "shoal:Client#restart shoal:Client#restartWorkers",
    `${operationsTest}: restart() lets go of all futures`,
  ],
  [
    "FU-012",
    "Executor facade",
    "shoal:Client#getExecutor shoal:PoolExecutor",
    `${operationsTest}: getExecutor() gives promises`,
  ],
  ["FU-037", "Futures of a collection", "shoal:Client#futuresOf", `${operationsTest}: futuresOf() gives futures`],
  [
    "FU-051",
    "Upload code",
    "shoal:Client#uploadModule",
    "test/collections/futures/upload-module.test.ts: uploadModule() gives workers a module",
  ],
  ["FU-054", "Plugins", "shoal:Client#registerPlugin", `${operationsTest}: registerPlugin() sets up every worker`],
  ["FU-061", "Logs", "shoal:Client#getLogs cli:logs", `${operationsTest}: getLogs() tells of a task that failed`],
  ["FU-062", "Forward logging", "shoal:Client#forwardLogging", `${operationsTest}: print() and warn() in tasks`],
  ["FU-065", "Cluster dump", "shoal:Client#dumpClusterState", `${operationsTest}: dumpClusterState() writes`],
  ["FU-067", "Remote print / warn", "shoal:print shoal:warn", `${operationsTest}: print() and warn() in tasks`],
];
