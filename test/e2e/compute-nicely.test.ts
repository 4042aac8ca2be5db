import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Client, config } from "../../index.ts";

/** The niceness that a `stat` file of /proc tells: its nineteenth field, the second being a name in brackets. */
const niceIn = (path: string): number => {
  const text = readFileSync(path, "latin1");
  return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[16]);
};

/** Of a worker: the thread that runs the task, and the process's first thread. */
async function nicenessIn(client: Client): Promise<{ task: number; first: number }> {
  const read = async (): Promise<{ task: number; first: number }> => {
    const { readFileSync } = await import("node:fs");
    const nice = (path: string): number => {
      const text = readFileSync(path, "latin1");
      return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[16]);
    };
    return { task: nice("/proc/thread-self/stat"), first: nice(`/proc/self/task/${process.pid}/stat`) };
  };
  return client.submit(read).result();
}

const skip = process.platform === "linux" ? false : "only on Linux has a thread a niceness of its own";

for (const mode of ["threads", "processes", "nats"] as const) {
  test(`${mode}: threads that compute give way, those that carry messages do not`, { skip }, async () => {
    const own = niceIn("/proc/thread-self/stat");
    const client = await Client.local({ mode, workers: 1 });
    try {
      const { task, first } = await nicenessIn(client);
      assert.equal(task, own + 10);
      // A child process on the channel to its parent has one thread for both.
      assert.equal(first, mode === "processes" ? own + 10 : own);
      assert.equal(niceIn("/proc/thread-self/stat"), own, "the program's own thread is as it was");
    } finally {
      await client.close();
    }
  });

  test(`${mode}: worker.nice says how far, and 0 leaves every thread as it is`, { skip }, async () => {
    const own = niceIn("/proc/thread-self/stat");
    for (const nice of [0, 3]) {
      const client = await config.with({ "worker.nice": nice }, () => Client.local({ mode, workers: 1 }));
      try {
        assert.equal((await nicenessIn(client)).task, own + nice);
      } finally {
        await client.close();
      }
    }
  });
}

test("inline computes in the program's own thread, which stays as it is", { skip }, async () => {
  const own = niceIn("/proc/thread-self/stat");
  const client = await Client.local({ mode: "inline" });
  try {
    assert.equal((await nicenessIn(client)).task, own);
  } finally {
    await client.close();
  }
});

test("worker.nice is a whole number from 0 to 19", () => {
  for (const nice of [-1, 20, 1.5])
    assert.throws(() => config.with({ "worker.nice": nice }, () => {}), { code: "CONFIG" });
});
