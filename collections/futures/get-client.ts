import { Client } from "./client.ts";

/**
 * The client of a task, to submit work and to use locks, queues and the rest from within it; outside of tasks the innermost that is
 * open. Closing it in a task does nothing. A task that waits for what it submitted gives its
 * slot up with `secede()`, or all slots may be taken by tasks that wait, for ever.
 * @throws ShoalError CLOSED if there is none
 * @see https://distributed.dask.org/en/stable/api.html#distributed.get_client
 * @example
 * const total = client.submit(async (n: number) => {
 *   const inner = getClient();
 *   const parts = await inner.gather(inner.map((x: number) => x * x, [...Array(n).keys()]));
 *   return parts.reduce((a, b) => a + b, 0);
 * }, 10);
 * await total.result(); // 285
 */
export function getClient(): Client {
  return Client.current();
}
