import type { Scenario } from "./scenario.ts";
import type { Outcome } from "./simulate.ts";

const LINES = 150;
const LINE_LENGTH = 500;
/** Lines that say no more than that a process lives. */
const SIGN_OF_LIFE = /"type":"(beat|heartbeat|clientHeartbeat)"[^{}]*\}$/;

/** What happened, for people: what the run was made of, its last events, how it failed, and how to see it again. */
export function storyOf(scenario: Scenario, outcome: Outcome): string {
  const { seed, options, layers, acts, faults } = scenario;
  const lines = [
    `seed ${seed}: ${outcome.failure === undefined ? "no failure" : outcome.failure.message}`,
    `cluster: ${JSON.stringify(options)}`,
    ...layers.map(
      (layer) => `layer ${layer.name}: ${layer.count} × ${layer.kind} of ${layer.sources.join(", ") || "nothing"}`,
    ),
    ...acts.map((act) => `act ${JSON.stringify(act).slice(0, 300)}`),
    ...faults.map((fault) => `fault ${JSON.stringify(fault)}`),
    `the last events of ${outcome.events}:`,
    ...outcome.trace
      .filter((line) => !SIGN_OF_LIFE.test(line))
      .slice(-LINES)
      .map((line) => line.slice(0, LINE_LENGTH)),
  ];
  for (let error: unknown = outcome.failure; error instanceof Error; error = error.cause)
    lines.push(String(error.stack));
  lines.push(`again: npm run sim -- --seed ${seed} --trace`);
  return lines.join("\n");
}
