import { OverloadedError, ShoalError } from "../../runtime/base/errors.ts";
import { registerValue } from "../../runtime/base/value-type.ts";
import type { Frame } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { encodeValue, flattenValue } from "../../runtime/wire/value.ts";
import { type ClientReach, currentReach } from "./client-reach.ts";
import { unpackPlain } from "./shared-value.ts";

export interface SubscribeOptions {
  readonly signal?: AbortSignal;
  /** Messages that wait to be read; with more the subscription fails. Default 10,000. */
  readonly pendingMax?: number;
}

/**
 * Publish and subscribe: whoever is subscribed gets what is published from then on; nothing is kept for others.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.subscribe_topic
 * @example
 * const prices = client.topic<number>("prices");
 * const seen = await prices.subscribe();
 * prices.publish(12);
 * for await (const price of seen) break;
 */
export class Topic<T> {
  readonly name: string;
  private readonly given: ClientReach | undefined;

  constructor(name: string, reach?: ClientReach) {
    this.name = name;
    this.given = reach;
  }

  /** Sends a value that can travel to everyone who is subscribed now. @throws TypeError for one that cannot */
  publish(value: T): void {
    const { bus } = this.reach.cluster;
    const bytes = flattenValue(encodeValue(value, { shareMemory: false }));
    bus.publish(this.subject, bus.carries === "reference" ? bytes : { bytes });
  }

  /** Settles when the subscription is in force. Leaving the loop, or the signal, ends it. */
  async subscribe(options: SubscribeOptions = {}): Promise<AsyncGenerator<T, void, undefined>> {
    const { bus } = this.reach.cluster;
    const { signal, pendingMax = 10_000 } = options;
    const waiting: Uint8Array[] = [];
    let end: { readonly error: unknown } | undefined;
    let wake = (): void => {};
    const finish = (error: unknown): void => {
      end ??= { error };
      subscription.unsubscribe();
      wake();
    };
    const subscription = bus.subscribe(this.subject, ({ payload }) => {
      waiting.push(payload instanceof Uint8Array ? payload : (payload as Frame).bytes);
      if (waiting.length > pendingMax)
        finish(new OverloadedError(`Topic "${this.name}" brings messages faster than they are read`, { pendingMax }));
      wake();
    });
    const stop = bus.onStatus(({ kind }) => {
      if (kind === "closed") finish(new ShoalError("The client is closed", { code: "CLOSED" }));
    });
    const aborted = (): void => finish(undefined);
    if (signal?.aborted) aborted();
    signal?.addEventListener("abort", aborted, { once: true });
    await bus.flush();
    return (async function* messages() {
      try {
        for (;;) {
          for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
            yield (await unpackPlain(next)) as T;
          if (end?.error !== undefined) throw end.error;
          if (end !== undefined) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        subscription.unsubscribe();
        stop.unsubscribe();
        signal?.removeEventListener("abort", aborted);
      }
    })();
  }

  private get reach(): ClientReach {
    return this.given ?? currentReach();
  }

  private get subject(): string {
    return clusterSubjects(this.reach.cluster.name).events("topic", this.name);
  }
}

registerValue<Topic<unknown>>({
  name: "shoal.Topic",
  class: Topic,
  module: "shoal:collections/futures/topic",
  encode: ({ name }) => name,
  decode: (name) => new Topic(name as string),
});
