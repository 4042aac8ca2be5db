/**
 * `shoal/testing`: what tests of programs that use Shoal need. The names are listed by hand.
 * @see https://distributed.dask.org/en/stable/develop.html
 */

import "../../collections/futures/fallback.ts";
import { setSpawner } from "../../collections/futures/spawner.ts";
import { lazySpawner } from "../cluster/lazy-spawner.ts";

export { assertDivisions, assertEq, type EqOptions } from "./assert-eq.ts";
export { assertStory, assertValidStory, type ExpectedStep, type StoryOptions } from "./assert-story.ts";
export { type CapturedLine, CapturedLogs, capturedLogs } from "./captured-logs.ts";
export { checkExecutor } from "./check-executor.ts";
export { type GenClusterOptions, genCluster, type TestContext } from "./gen-cluster.ts";
export { newConfig, newConfigFile } from "./isolated-config.ts";
export { KillWorker, type KillWorkerOptions } from "./kill-worker.ts";
export { checkLeaks, type LeakCheckOptions } from "./leak-check.ts";
export {
  add,
  dec,
  div,
  double,
  flaky,
  inc,
  randomInc,
  slowAdd,
  slowDec,
  slowIdentity,
  slowInc,
  slowSum,
  throws,
  varying,
} from "./sample-tasks.ts";
export { genNbytes, SizeOf } from "./sized.ts";
export { blockOnEvent, lockInc, TaskGate } from "./task-gate.ts";
export { TestCluster, type TestClusterOptions, testCluster } from "./test-cluster.ts";
export { type HeldMessage, Hold, type MessageChoice, TestNetwork } from "./test-network.ts";
export { validateState } from "./validate-state.ts";
export { pollFor, waitForLog, waitForState } from "./wait-for.ts";
export { type ScriptInput, WorkerScript } from "./worker-script.ts";

setSpawner(lazySpawner);
