import assert from "node:assert/strict";
import { test } from "node:test";
import { shardSetMachine } from "../../../actors/chunk/shard-set-chart.ts";
import { membershipMachine } from "../../../actors/scheduler/membership-chart.ts";
import { hungerMachine } from "../../../actors/task/hunger-chart.ts";
import { schedulerTaskMachine } from "../../../actors/task/scheduler-task-chart.ts";
import { thiefMachine } from "../../../actors/task/thief-chart.ts";
import { workerTaskMachine } from "../../../actors/task/worker-task-chart.ts";
import { assertChartEqualsXState } from "../../support/chart-equals-xstate.ts";

test("schedulerTaskMachine does as a table what it does in XState, on every pair and on random walks", () => {
  const { chart, triples, walkSteps } = assertChartEqualsXState(schedulerTaskMachine, 50, 200);
  assert.equal(triples, chart.states.length * chart.events.length);
  assert.equal(walkSteps, 10_000);
  assert.deepEqual(chart.unreachable, []);
});

test("workerTaskMachine does as a table what it does in XState, on every pair and on random walks", () => {
  const { chart, triples, walkSteps } = assertChartEqualsXState(workerTaskMachine, 50, 200);
  assert.equal(triples, chart.states.length * chart.events.length);
  assert.equal(walkSteps, 10_000);
  assert.deepEqual(chart.unreachable, []);
});

for (const machine of [hungerMachine, thiefMachine, membershipMachine, shardSetMachine])
  test(`the ${machine.id} chart does as a table what it does in XState, on every pair and on random walks`, () => {
    const { chart, triples } = assertChartEqualsXState(machine, 50, 200);
    assert.equal(triples, chart.states.length * chart.events.length);
    assert.deepEqual(chart.unreachable, []);
  });

test("an untouched row of a worker is absent: its state is number 0", () => {
  const { chart } = assertChartEqualsXState(workerTaskMachine, 1, 1);
  assert.equal(chart.stateId("absent"), 0);
});
