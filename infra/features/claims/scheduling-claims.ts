import type { Claim } from "../claim.ts";

const memoryTest = "test/e2e/memory.test.ts";
const workerMemoryTest = "test/actors/worker/worker-memory.test.ts";
const charts = "test/actors/task/task-charts.test.ts";
const steals = "test/scenarios/steal-scenarios.test.ts";
const schedulerScenarios = "test/scenarios/scheduler-scenarios.test.ts";
const shares = "test/actors/scheduler/fair-share.test.ts";
const within = "test/e2e/tasks-use-the-cluster.test.ts";
const failures = "test/e2e/failures.test.ts";
const replicas = "test/e2e/replicas.test.ts";
const replicaScenarios = "test/scenarios/replica-scenarios.test.ts";
const elastic = "test/e2e/elastic.test.ts";
const adaptBrain = "test/infra/cluster/adapt-brain.test.ts";
const simulation = "test/simulation/simulation.test.ts";

const placement = "test/actors/scheduler/placement.test.ts";
const workerScenarios = "test/scenarios/worker-scenarios.test.ts";
const chunkStore = "test/actors/chunk/chunk-store.test.ts";
const chunkExchange = "test/actors/chunk/chunk-exchange.test.ts";
const exchange = "test/e2e/exchange.test.ts";
const plugins = "test/collections/futures/plugins.test.ts";
const shards = "test/actors/chunk/shard-keeper.test.ts";

export const schedulingClaims: readonly Claim[] = [
  [
    "SC-001",
    "Task states at the scheduler",
    "shoal:Client#taskAddress",
    `${charts}: schedulerTaskMachine does as a table`,
  ],
  ["SC-002", "Task states at a worker", "shoal:Client#taskAddress", `${charts}: workerTaskMachine does as a table`],
  ["SC-003", "Priorities", "shoal:Client#submit", `${shares}: a priority goes before every share`],
  ["SC-014", "Resources", "shoal:Client#submit", `${schedulerScenarios}: 28: resources come back once`],
  ["SC-015", "Worker restrictions", "shoal:Client#submit", `${steals}: tasks that may not run on the thief stay`],
  ["SC-017", "Work stealing", "shoal:Client", `${steals}: hint, ask, grant, relinquish, claim`],
  ["SC-018", "Long-running tasks", "shoal:secede", `${within}: a task that rejoined takes its slot`],
  ["SC-019", "Tasks of a lost worker run elsewhere", "shoal:Client", `${failures}: SIGKILL of a worker process amid`],
  ["SC-020", "Lost results are made again", "shoal:Client", `${schedulerScenarios}: 25: the worker with the only copy`],
  [
    "SC-022",
    "Retries",
    "shoal:Client#submit",
    "test/actors/scheduler/rests.test.ts: a task with a delay rests after it failed",
  ],
  [
    "SC-024",
    "Who wants what",
    "shoal:Client",
    `${simulation}: finds every cluster at rest, right and empty at the end`,
  ],
  ["SC-025", "Forgetting", "shoal:Client", `${simulation}: finds every cluster at rest, right and empty at the end`],
  [
    "SC-087",
    "Runs that came twice",
    "shoal:Client",
    `${schedulerScenarios}: 27: results, failures and losses of an attempt that is over`,
  ],
  ["SC-084", "Scheduler crash", "shoal:Client.connect", "test/e2e/failover.test.ts: the scheduler killed at"],
  // Memory.
  ["SC-016", "Unrunnable handling", "shoal:Client.local", `${elastic}: a task that no worker may run fails`],
  ["SC-035", "Graceful close", "cli:worker", `${elastic}: SIGTERM of a worker command`],
  ["SC-036", "Lifetime", "shoal:Client.local", `${elastic}: workers live no longer than they may`],
  ["SC-061", "Idle timeout", "cli:scheduler", `${elastic}: SIGTERM of a worker command`],
  ["SC-062", "Adaptive target", "shoal:Client#adapt", `${elastic}: the number of workers follows the work`],
  ["SC-063", "Adaptive loop", "shoal:Client#adapt", `${adaptBrain}: it shrinks only after fewer were enough`],
  ["SC-066", "Manual scale", "shoal:Client#scale", `${elastic}: the number of workers follows the work`],
  ["SC-054", "Reduce replicas", "shoal:Client#replicate", `${replicaScenarios}: a copy that was asked for is made up`],
  ["SC-055", "Retire worker policy", "shoal:Client#retireWorkers", `${replicaScenarios}: retire: what has not begun`],
  [
    "SC-064",
    "Choosing workers to close",
    "shoal:Client#scale shoal:Client#adapt",
    "test/actors/scheduler/demand.test.ts: those go first that have nothing to do",
  ],
  ["SC-065", "Drain", "shoal:Client#retireWorkers", `${replicas}: workers that are retired leave`],
  ["SC-030", "Process per worker + nanny", "shoal:Client.local", `${memoryTest}: a task that takes more memory`],
  ["SC-043", "Memory limit", "shoal:Client.local cli:worker", `${memoryTest}: results that do not fit in memory`],
  ["SC-045", "Spill target", "shoal:Client.local", `${workerMemoryTest}: a task whose input is on disk`],
  ["SC-046", "Spill on RSS", "shoal:Client.local", `${workerMemoryTest}: what else a process takes`],
  ["SC-047", "Pause", "shoal:Client.local", `${workerMemoryTest}: a worker whose memory is full waits`],
  [
    "SC-049",
    "Transfer throttle",
    "shoal:Client.local",
    "test/actors/worker/fetch-queue.test.ts: what may be on its way is shared by the questions that are open",
  ],
  ["SC-048", "Terminate", "shoal:Client.local", `${memoryTest}: a task that takes more memory`],
  // Placement.
  ["SC-004", "FIFO between computations", "shoal:Client#submit", `${placement}: earlier submissions run first`],
  ["SC-005", "LIFO within graph", "shoal:Client#submit", `${placement}: what a graph has begun is brought to an end`],
  ["SC-006", "Worker choice", "shoal:Client#submit", `${placement}: with nothing to fetch, a task goes to the worker`],
  ["SC-007", "Locality", "shoal:Client#submit", `${placement}: a task goes to the worker that holds most`],
  [
    "SC-009",
    "Bandwidth estimates",
    "shoal:Client#status",
    "test/actors/scheduler/transfer-rate.test.ts: bandwidth is learned from large transfers",
  ],
  [
    "SC-033",
    "Connection limits",
    "shoal:config",
    "test/actors/chunk/chunk-source.test.ts: a question beyond those that may be answered at a time",
  ],
  ["SC-010", "Root-task queuing", "shoal:Client#submit", `${placement}: source tasks wait at the scheduler`],
  ["SC-012", "Co-assignment", "shoal:Client#submit", `${placement}: neighbours in the graph's order land together`],
  [
    "SC-013",
    "Task groups and prefixes",
    "cli:top",
    "test/actors/scheduler/figures.test.ts: prefixFigures() counts tasks",
  ],
  ["SC-021", "Suspicious counter", "shoal:Client.local", `${failures}: a task that kills its process every time`],
  [
    "SC-026",
    "Validation mode",
    "shoal:Client",
    `${simulation}: finds every cluster at rest, right and empty at the end`,
  ],
  ["SC-028", "Tasks at a time", "shoal:Client.local", `${within}: a task that rejoined takes its slot`],
  [
    "SC-034",
    "Missing data search",
    "shoal:Client",
    `${workerScenarios}: 17, 21: the holder does not have what it should`,
  ],
  ["SC-040", "Preloads", "shoal:Client.local cli:worker", "test/e2e/preload.test.ts: a module that workers load ahead"],
  [
    "SC-074",
    "Transition log",
    "shoal:Client#taskAddress",
    "test/actors/scheduler/figures.test.ts: taskStory() tells the steps",
  ],
  // Workers and what they hold.
  ["SC-031", "Data store", "shoal:Client.local", `${chunkStore}: what is used last leaves memory first`],
  ["SC-032", "Dependency fetch", "shoal:Client", `${chunkExchange}: fetchChunks() goes through a window`],
  ["SC-038", "Local directory", "shoal:Client.local", `${chunkStore}: FolderDisk leaves nothing, and folders of dead`],
  [
    "SC-042",
    "Size measurement",
    "shoal:Client",
    "test/actors/chunk/sizeof.test.ts: sizeOf() is exact for typed arrays",
  ],
  ["SC-044", "Memory classes", "cli:status", `${workerMemoryTest}: what else a process takes is taken from`],
  ["SC-050", "Spill cap", "cli:worker", `${chunkStore}: a full disk loses no chunk`],
  [
    "SC-053",
    "Active Memory Manager",
    "shoal:Client#replicate",
    `${replicaScenarios}: a copy that was asked for is made up`,
  ],
  // What fails.
  ["SC-059", "Heartbeats", "cli:worker", `${schedulerScenarios}: a scheduler that stood still before its first tick`],
  ["SC-060", "Worker TTL", "cli:scheduler", "test/e2e/stopped-worker.test.ts: SIGSTOP of a worker"],
  [
    "SC-070",
    "Idempotent registration",
    "cli:worker",
    `${schedulerScenarios}: 3: a worker dies and another of its name`,
  ],
  ["SC-082", "Worker crash", "shoal:Client.local", `${failures}: SIGKILL of a worker process amid`],
  [
    "SC-083",
    "Network partition",
    "shoal:Client.connect",
    `${failures}: nats-server killed and started again in mid-job`,
  ],
  [
    "SC-085",
    "Scattered data loss",
    "shoal:Client#scatter",
    `${schedulerScenarios}: scattered data is not given up because`,
  ],
  ["SC-086", "Client crash", "shoal:Client.connect", `${failures}: a client that is killed`],
  // What users add.
  [
    "SC-067",
    "Scheduler plugin hooks",
    "shoal:Client#registerSchedulerPlugin",
    `${plugins}: a scheduler's plugin hears of graphs, steps and workers`,
  ],
  [
    "SC-068",
    "Worker plugin hooks",
    "shoal:Client#registerPlugin",
    `${plugins}: a worker's plugin keeps its own fields`,
  ],
  [
    "SC-071",
    "Built-in plugins",
    "shoal:environ shoal:forwardOutput shoal:Client#uploadModule",
    `${plugins}: forwardOutput() passes on what workers write`,
  ],
  [
    "SC-023",
    "Erred task record",
    "shoal:Client#pageUrl shoal:Client#dumpClusterState",
    "test/infra/dashboard/views.test.ts: errors: what failed, where, with what message",
  ],
  [
    "SC-073",
    "Event feed",
    "shoal:Client#pageUrl cli:page cli:tap",
    "test/infra/dashboard/live-views.test.ts: a page that comes between two frames is sent no run twice, and misses none",
  ],
  [
    "SC-052",
    "GC and trim",
    "shoal:Client.local cli:worker",
    "test/actors/worker/memory-watch.test.ts: garbage is collected beyond the spill line",
  ],
  [
    "SC-041",
    "Process title",
    "shoal:Client.local cli:worker",
    "test/e2e/environment.test.ts: the title of a worker's process is its name",
  ],
  [
    "SC-075",
    "Spans",
    "shoal:span shoal:Client#getSpans",
    "test/e2e/spans.test.ts: span() has work counted by its tags",
  ],
  // The exchange.
  [
    "SC-088",
    "Streaming shuffle",
    "dataframe:DataFrame#shuffle",
    `${exchange}: an exchange gives every item to its group once`,
  ],
  ["SC-089", "Disk or memory buffers", "shoal:Client.local", `${shards}: shards beyond the bound go to disk`],
  [
    "SC-090",
    "Comm buffers",
    "dataframe:DataFrame#shuffle",
    "test/actors/worker/shard-door.test.ts: a reader asks every worker once",
  ],
  [
    "SC-096",
    "Arrow serialization of shards",
    "dataframe:DataFrame#shuffle",
    "test/collections/dataframe/tables.test.ts: tables travel as Arrow IPC bytes",
  ],
  [
    "SC-097",
    "Shuffle dashboard and metrics",
    "shoal:Client#pageUrl shoal:Client#getActivities",
    `${exchange}: shards on disk count as spilled, and as results, until their readers are done; what went there`,
  ],
  [
    "SC-092",
    "Restart on failure",
    "dataframe:DataFrame#shuffle",
    `${exchange}: SIGKILL of a worker while shards are read`,
  ],
  [
    "SC-093",
    "P2P rechunk",
    "array:Array#rechunk",
    "test/collections/array/rechunk-exchange.test.ts: rows to columns goes by way",
  ],
  [
    "SC-008",
    "Duration estimates",
    "shoal:Client.local",
    "test/actors/scheduler/estimates.test.ts: durations are learned by kind",
  ],
  [
    "SC-011",
    "Rootish detection",
    "shoal:Client#map",
    "test/actors/scheduler/placement.test.ts: source tasks wait at the scheduler",
  ],
  ["SC-037", "Death timeout", "cli:worker", "test/infra/cluster/scheduler-watch.test.ts: SchedulerWatch tells once"],
  [
    "SC-072",
    "Event broker",
    "shoal:Client#logEvent shoal:Client#getEvents shoal:Topic",
    "test/collections/futures/coordination.test.ts: topics, datasets, metadata and logged events",
  ],
  [
    "SC-076",
    "Fine performance metrics",
    "shoal:Client#getActivities",
    "test/e2e/activities.test.ts: getActivities() tells functions by kind and span",
  ],
  [
    "SC-079",
    "Config of handlers",
    "shoal:Client.local cli:worker",
    'test/runtime/wire/portable.test.ts: { functions: "named" }',
  ],
  [
    "SC-091",
    "Backpressure",
    "shoal:Client#map",
    "test/collections/futures/client-surface.test.ts: client.map((n: number) => n * 2, endless(), { inFlight: 3 })",
  ],
  [
    "SC-094",
    "P2P merge",
    "dataframe:merge",
    "test/collections/dataframe/kernels/look-up-join.test.ts: merge() gives the same rows whether",
  ],
  [
    "SC-027",
    "Timeouts and copies of stragglers",
    "shoal:Client#submit",
    "test/e2e/speculation.test.ts: a task that holds its worker for ever",
  ],
  [
    "SC-039",
    "Environment injection",
    "shoal:Client.local cli:worker",
    "test/e2e/environment.test.ts: environment: workers have these",
  ],
];
