import type { ChildProcess } from "node:child_process";

/** Ends a process, and waits until it has. */
export async function endChild(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await ended;
}
