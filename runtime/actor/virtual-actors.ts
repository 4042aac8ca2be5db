import { ShoalError } from "../base/errors.ts";
import type { ActorContext, ActorSpec, Envelope } from "./actor.ts";
import type { MailboxOptions } from "./mailbox.ts";

export interface VirtualActorsOptions<T> {
  /** Where they live: a pattern whose last token is `*`, as in "shoal.prod.task.*". */
  readonly pattern: string;
  /** Finds the one that a token names; undefined if there is none now. */
  readonly resolve: (token: string) => T | undefined;
  /** Gives one of them a message. What it throws is the answer of this one alone, the others do not notice. */
  readonly receive: (one: T, envelope: Envelope, context: ActorContext) => void;
  readonly mailbox?: MailboxOptions;
}

/**
 * Many actors in one: rows of a table that are found when somebody speaks to them. They cost one subscription together, and
 * nothing each. Questions to one that is not there are answered UNKNOWN_KEY; plain messages to it are dropped.
 * @example
 * system.spawn(virtualActors({ pattern: "shoal.prod.task.*", resolve: (token) => rows.get(token),
 *   receive: (row, { question }) => question?.answer({ state: stateOf(row) }) }));
 */
export function virtualActors<T>(options: VirtualActorsOptions<T>): ActorSpec {
  const { pattern, resolve, receive } = options;
  if (!pattern.endsWith(".*"))
    throw new RangeError(`Virtual actors live at a pattern that ends with ".*", not at ${pattern}`);
  return {
    address: pattern,
    ...(options.mailbox === undefined ? {} : { mailbox: options.mailbox }),
    make: (context) => ({
      receive: (batch) => {
        for (const envelope of batch) {
          const token = envelope.to.slice(envelope.to.lastIndexOf(".") + 1);
          const one = resolve(token);
          if (one === undefined) envelope.question?.fail(unknown(envelope.to, token));
          else handOver(one, envelope, context, receive);
        }
      },
    }),
  };
}

function handOver<T>(
  one: T,
  envelope: Envelope,
  context: ActorContext,
  receive: VirtualActorsOptions<T>["receive"],
): void {
  const { question } = envelope;
  // Without anyone to tell, the crash is the host's: a fault must not vanish.
  if (question === undefined) receive(one, envelope, context);
  else
    try {
      receive(one, envelope, context);
    } catch (error) {
      question.fail(error);
    }
}

function unknown(address: string, token: string): ShoalError {
  return new ShoalError(`Nobody is at ${address} now`, { code: "UNKNOWN_KEY", details: { address, token } });
}
