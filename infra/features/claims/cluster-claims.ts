import type { Claim } from "../claim.ts";

const terminalsTest = "test/infra/cli/four-terminals.test.ts";

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
];
