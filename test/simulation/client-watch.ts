import type { ClientSession, SessionLink } from "../../actors/client/client-session.ts";

/**
 * A client that waits for its welcome says nothing else, and does not greet again before an answer could have come.
 * @param fail told of what it says too soon
 */
export function watchGreetings(session: ClientSession, fail: (error: Error) => void): void {
  const { id, heartbeatMs } = session.options;
  const { attach, take } = session;
  /** When it greeted, while it waits for the welcome. */
  let greetedMs: number | undefined;
  session.attach = (link: SessionLink) =>
    attach.call(session, {
      ...link,
      tell: (message) => {
        if (message.type !== "hello") {
          if (greetedMs !== undefined) fail(new Error(`${id} says ${message.type} before it is welcome`));
        } else if (greetedMs !== undefined && link.now() - greetedMs < heartbeatMs)
          fail(new Error(`${id} greets again ${link.now() - greetedMs} ms after it has greeted`));
        else greetedMs = link.now();
        link.tell(message);
      },
    });
  session.take = (message, hasGap) => {
    if (message.type === "clientWelcome" && message.hello === session["phase"].hello) greetedMs = undefined;
    take.call(session, message, hasGap);
  };
}
