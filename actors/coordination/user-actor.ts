import type { ActorSpec } from "../../runtime/actor/actor.ts";
import type { ActorCall, ActorCalls } from "./actor-calls.ts";

/** An address at which an instance of a user's class takes calls. */
export function userActor(address: string, calls: ActorCalls): ActorSpec {
  return {
    address,
    make: () => ({
      receive: (batch) => {
        for (const { message, question } of batch)
          if (question !== undefined) calls.take(message as ActorCall, question);
      },
    }),
    mailbox: { capacity: 1 << 16 },
  };
}
