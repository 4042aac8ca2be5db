import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type EventFrom,
  type InspectionEvent,
  type SnapshotFrom,
} from "xstate";
import type { Clock, TimerHandle } from "../base/clock.ts";
import { InvariantError } from "../base/errors.ts";
import type { Tap } from "./tap.ts";

export interface LifecycleOptions<M extends AnyStateMachine> {
  readonly clock: Clock;
  readonly tap: Tap;
  /** Whose lifecycle it is: an address. */
  readonly actor: string;
  readonly input?: M extends { __TInput: infer I } ? I : unknown;
}

/** A long-lived actor's life: a real XState actor, so that `after`, `invoke` and context are at its disposal. */
export interface Lifecycle<M extends AnyStateMachine> {
  /** The state's name, "a.b" where nested, "a|b" where parallel. */
  readonly state: string;
  readonly snapshot: SnapshotFrom<M>;
  /** @throws InvariantError if the machine has stopped, or no transition takes the event in this state. */
  send(event: EventFrom<M>): void;
  stop(): void;
}

/**
 * Runs a machine. Its timers are those of the clock; its transitions go to the tap. About 20 us to start and 10 us an event:
 * for what lives long, not for rows.
 */
export function startLifecycle<M extends AnyStateMachine>(machine: M, options: LifecycleOptions<M>): Lifecycle<M> {
  const { clock, tap, actor } = options;
  const timers = {
    setTimeout: (fire: (...args: unknown[]) => void, delayMs: number): TimerHandle => clock.setTimer(delayMs, fire),
    clearTimeout: (timer: TimerHandle): void => clock.clearTimer(timer),
  };
  let last = "";
  let isSending = false;
  const show = (event: InspectionEvent): void => {
    if (event.type !== "@xstate.snapshot" || event.actorRef !== running) return;
    const from = last;
    last = valueText((event.snapshot as AnyMachineSnapshot).value);
    if (tap.active && from !== "") tap.emit({ kind: "lifecycle", actor, from, event: event.event.type, to: last });
  };
  const running = createActor(machine, { clock: timers, input: options.input, inspect: show } as never);
  const snapshot = (): AnyMachineSnapshot => running.getSnapshot() as AnyMachineSnapshot;
  running.subscribe({
    // `send` throws what goes wrong in it; of the rest (timers, invoked work) nobody else would hear.
    error: (error) => {
      if (!isSending)
        queueMicrotask(() => {
          throw error;
        });
    },
  });
  running.start();
  return {
    get state() {
      return last;
    },
    get snapshot() {
      return running.getSnapshot();
    },
    send: (event) => {
      const before = snapshot();
      if (before.status !== "active" || !before.can(event as never))
        throw new InvariantError(
          `the lifecycle "${machine.id}" of ${actor} in state "${last}" takes no "${(event as { type: string }).type}"`,
        );
      isSending = true;
      running.send(event);
      isSending = false;
      const after = snapshot();
      if (after.status === "error") throw after.error;
    },
    stop: () => void running.stop(),
  };
}

function valueText(value: unknown): string {
  if (typeof value === "string") return value;
  const parts = Object.entries(value as Record<string, unknown>);
  return parts.map(([key, inner]) => (valueText(inner) === "" ? key : `${key}.${valueText(inner)}`)).join("|");
}
