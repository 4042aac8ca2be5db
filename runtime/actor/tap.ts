import type { Subscription } from "../bus/bus.ts";
import type { DownReason } from "./actor.ts";
import type { BoundChart } from "./bound-chart.ts";
import type { LinkVerdict } from "./link-table.ts";
import type { CrashDecision } from "./supervisor.ts";

/** Everything that can be seen of an actor system. */
export type TapEvent =
  | { readonly kind: "sent"; readonly from: string; readonly to: string; readonly messages: readonly unknown[] }
  | {
      readonly kind: "received";
      readonly from: string | undefined;
      readonly to: string;
      readonly messages: readonly unknown[];
      readonly link: LinkVerdict | undefined;
    }
  | {
      readonly kind: "refused";
      readonly to: string;
      readonly from: string | undefined;
      readonly count: number;
      readonly reason: "overload" | "repeat" | "undecodable";
    }
  | { readonly kind: "turn"; readonly actor: string; readonly messages: number; readonly durationMs: number }
  | {
      readonly kind: "lifecycle";
      readonly actor: string;
      readonly from: string;
      readonly event: string;
      readonly to: string;
    }
  | { readonly kind: "crashed"; readonly actor: string; readonly error: unknown; readonly decision: CrashDecision }
  | { readonly kind: "down"; readonly address: string; readonly reason: DownReason }
  | {
      readonly kind: "transition";
      readonly actor: string;
      readonly chart: string;
      readonly row: number;
      readonly from: string;
      readonly event: string;
      readonly to: string;
    };

/** Where logs, traces, the dashboard and tests listen in. Whoever emits asks `active` first: unheard events are never made. */
export class Tap {
  active = false;
  private listeners: ((event: TapEvent) => void)[] = [];

  listen(listener: (event: TapEvent) => void): Subscription {
    const entry = (event: TapEvent) => listener(event);
    this.listeners = [...this.listeners, entry];
    this.active = true;
    return {
      unsubscribe: () => {
        this.listeners = this.listeners.filter((other) => other !== entry);
        this.active = this.listeners.length > 0;
      },
    };
  }

  emit(event: TapEvent): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (error) {
        // Whoever watches must not change what happens, but its fault is not hidden either.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

/** The same bound chart, with its transitions shown to a tap; one test of a boolean a step while nobody listens. */
export function tapChart<Message>(bound: BoundChart<Message>, tap: Tap, actor: string): BoundChart<Message> {
  const { chart } = bound;
  const show = (row: number, from: number, event: number, to: number): number => {
    const names = {
      from: chart.states[from] as string,
      event: chart.events[event] as string,
      to: chart.states[to] as string,
    };
    tap.emit({ kind: "transition", actor, chart: chart.id, row, ...names });
    return to;
  };
  return {
    chart,
    step: (row, state, event, message) => {
      const next = bound.step(row, state, event, message);
      return tap.active ? show(row, state, event, next) : next;
    },
    advance: (states, row, event, message) => {
      if (!tap.active) return bound.advance(states, row, event, message);
      const from = states[row] as number;
      return show(row, from, event, bound.advance(states, row, event, message));
    },
  };
}
