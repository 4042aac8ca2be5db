import type { Client } from "../index.ts";

/** Watching lingers for some seconds after the last page has gone; then the scheduler keeps no story of a task any more. */
export async function untilUnwatched(client: Client): Promise<void> {
  const probe = client.submit(() => 0);
  await probe.result();
  const address = client.taskAddress(probe.key);
  for (;;) {
    const before = (await client.ask(address, { type: "story" })) as { steps: unknown[] };
    if (before.steps.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
