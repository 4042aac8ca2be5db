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
