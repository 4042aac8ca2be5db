import type { Claim } from "../claim.ts";

const clusterTest = "test/infra/testing/test-cluster.test.ts";
const valuesTest = "test/infra/testing/assert-eq.test.ts";

export const testingClaims: readonly Claim[] = [
  ["TS-001", "gen_cluster", "testing:genCluster", `${clusterTest}: genCluster() gives a test a cluster`],
  ["TS-003", "gen_test / cluster", "testing:testCluster", `${clusterTest}: testCluster() runs, is checked`],
  ["TS-004", "Leak detection", "testing:checkLeaks", `${clusterTest}: a client that is not closed is a leak`],
  ["TS-005", "State validation", "testing:validateState", `${clusterTest}: testCluster() runs, is checked`],
  ["TS-006", "Blocking doubles", "testing:TaskGate testing:blockOnEvent", `${clusterTest}: waitForState() waits`],
  [
    "TS-009",
    "Wait helpers",
    "testing:waitForState testing:waitForLog testing:pollFor",
    `${clusterTest}: waitForState() waits`,
  ],
  [
    "TS-010",
    "Story asserts",
    "testing:assertStory testing:assertValidStory",
    `${clusterTest}: assertStory() finds the steps`,
  ],
  ["TS-011", "Log capture", "testing:capturedLogs", `${clusterTest}: capturedLogs() has what tasks print`],
  [
    "TS-012",
    "Sample functions",
    "testing:inc testing:dec testing:double testing:slowInc testing:slowAdd testing:slowSum testing:slowIdentity testing:throws testing:div testing:varying testing:randomInc testing:lockInc testing:blockOnEvent",
    `${valuesTest}: sample tasks give what they say`,
  ],
  [
    "TS-007",
    "Comm doubles",
    "testing:TestNetwork testing:testCluster",
    "test/infra/testing/test-network.test.ts: a message that is lost is missed",
  ],
  [
    "TS-008",
    "Pure state-machine tests",
    "testing:WorkerScript",
    "test/scenarios/worker-scenarios.test.ts: 15: y is cancelled while it runs",
  ],
  ["TS-013", "Sized fakes", "testing:SizeOf testing:genNbytes", `${valuesTest}: SizeOf weighs what it says`],
  ["TS-015", "Config isolation", "testing:newConfig testing:newConfigFile", `${clusterTest}: newConfig() sees nothing`],
  ["TS-017", "Local scheduler mixin", "testing:checkExecutor", `${valuesTest}: checkExecutor() passes`],
  ["TS-018", "Collection asserts", "testing:assertEq testing:assertDivisions", `${valuesTest}: compares tables`],
  ["TS-020", "Kill plugin", "testing:KillWorker", `${clusterTest}: KillWorker ends workers of processes`],
  [
    "TS-021",
    "Stress suite",
    "shoal:Client",
    "test/simulation/simulation.test.ts: simulate() finds every cluster at rest",
  ],
  [
    "TS-022",
    "Failed worker suite",
    "shoal:Client",
    "test/scenarios/worker-scenarios.test.ts: 15: y is cancelled while it runs",
  ],
];
