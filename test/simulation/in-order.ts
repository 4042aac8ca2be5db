import type { Scenario } from "./scenario.ts";

/** What loses nothing, and has nothing run twice. */
export const isInOrder = ({ kind }: { readonly kind: string }): boolean =>
  kind === "join" || kind === "retire" || kind === "arrange" || kind === "stranger";

/** What befalls those who lead, and those who stand by. */
export const isOfLine = ({ kind }: { readonly kind: string }): boolean =>
  kind.startsWith("leader") || kind === "standbyStops";

/** Nothing is lost, and nothing asked for anew: only a retry, or a copy of a straggler, has a task run again. */
export const isPlain = ({ acts, faults, layers, options }: Scenario): boolean =>
  acts.filter(({ kind }) => kind !== "gather").length === 1 &&
  faults.every(isInOrder) &&
  options.network.peerLoss === 0 &&
  layers.every(({ behaviour }) => behaviour.poison.length === 0);

/** Whether two runs of a task at a time are a fault, but for a straggler and its copy: nothing is let go of while it may still run, and nobody is cut off. */
export function isRunInOnePlace(scenario: Scenario): boolean {
  const { acts, faults, layers, options } = scenario;
  const mayRunOn = acts.some(({ kind }) => kind === "release" || kind === "cancel" || kind === "retry");
  if (mayRunOn || options.network.peerLoss > 0) return false;
  // What a later submission wants again may have been let go of; where a failure let go of it, its function may still run there.
  const mayFail = layers.some(
    ({ annotations, behaviour: { broken, poison, flaky } }) =>
      // What had its effect and was let go of fails those that want it again.
      annotations.effectful === "once" || broken.length + poison.length + flaky.length > 0,
  );
  // So too where what a failure let go of is needed again, as what a crash took with it read it.
  if (mayFail && (isAskedAgain(scenario) || !faults.every(isInOrder))) return false;
  return faults.every((fault) => fault.kind === "crash" || isInOrder(fault) || isOfLine(fault));
}

/** Whether a task runs once, but for its retries and copies. */
export const isRunOnce = (scenario: Scenario): boolean =>
  isRunInOnePlace(scenario) &&
  !isAskedAgain(scenario) &&
  scenario.faults.every(isInOrder) &&
  // Shards do not move: who leaves waits for those who read them, where that is not one that leaves too.
  !(scenario.faults.some(({ kind }) => kind === "retire") && scenario.layers.some(({ kind }) => kind === "exchange")) &&
  scenario.layers.every(({ behaviour }) => behaviour.poison.length === 0);

const isAskedAgain = ({ acts }: Scenario): boolean => acts.filter((act) => act.kind === "submit").length > 1;
