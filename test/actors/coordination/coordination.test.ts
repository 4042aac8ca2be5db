import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { coordinationActor, type SchedulerSide } from "../../../actors/coordination/coordination.ts";
import type { CoordinationRequest } from "../../../actors/coordination/coordination-request.ts";
import type { ActorSpec, Question } from "../../../runtime/actor/actor.ts";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const subjects = clusterSubjects("c");
const REVIEW_MS = 1000;

/** A coordination actor beside a scheduler that has the workers it is told of, on a clock of the test's. */
function coordination(t: TestContext, workers: string[]) {
  const clock = new ManualClock();
  const bus = new LocalBus({ clock });
  const system = new ActorSystem({ bus, clock });
  t.after(() => {
    system.close();
    return bus.close();
  });
  const scheduler: SchedulerSide = {
    workers,
    lifeOf: () => 1,
    isRecovering: false,
    hasClient: () => true,
    hold: () => true,
    letGo: () => {},
    keepUntilDone: () => true,
    reviewKept: () => false,
    give: () => {},
  };
  system.spawn(coordinationActor({ cluster: "c", epoch: 1, reviewMs: REVIEW_MS, scheduler }));
  let tickets = 0;
  const ask = (request: object): Promise<unknown> => {
    const whole = { ...request, ticket: `t${tickets++}`, holder: "h" } as CoordinationRequest;
    return system.ask(subjects.coordination, whole, { timeoutMs: 10_000, form: "frame" });
  };
  return { clock, system, ask };
}

test("a worker that did not hear that an actor lives elsewhere by now is told again, until it has", async (t) => {
  const workers = ["w1", "w2"];
  const { clock, system, ask } = coordination(t, workers);
  const heard: string[] = [];
  const host = (worker: string, answer: (question: Question) => void): ActorSpec => ({
    address: subjects.workerHost(worker),
    make: () => ({
      receive: (batch) => {
        for (const { message, question } of batch) {
          heard.push(`${worker} ${(message as { op: string }).op}`);
          if (question !== undefined) answer(question);
        }
      },
    }),
  });
  const answer = (question: Question): void => question.answer({ value: new Uint8Array(0) });
  const deaf = system.spawn(host("w1", (question) => question.fail(new Error("its thread ends"))));
  system.spawn(host("w2", answer));
  await ask({ op: "actorRegister", id: "a", worker: "w1", owner: undefined, life: 1, recipe: Uint8Array.of(1) });
  await ask({ op: "actorSnapshot", id: "a", bytes: Uint8Array.of(2) });
  // It is only silent, and heard of again once the actor was made elsewhere.
  workers.shift();
  await clock.advance(REVIEW_MS);
  assert.deepEqual(await ask({ op: "actorWhere", id: "a" }), { phase: "alive", worker: "w2" });
  workers.push("w1");
  await clock.advance(2 * REVIEW_MS);
  deaf.stop();
  // Nobody is there to hear it.
  await clock.advance(REVIEW_MS);
  system.spawn(host("w1", answer));
  await clock.advance(10 * REVIEW_MS);
  assert.deepEqual(heard, ["w2 restore", "w1 stop", "w1 stop", "w1 stop"]);
});
