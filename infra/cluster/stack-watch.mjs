// A thread beside a worker that has its process's main thread: it asks that thread what it runs, in the midst of it, for each byte that
// comes in at a pipe, and answers there with a line of JSON. It is no .ts file, as its start is to cost next to nothing.
import { Session } from "node:inspector";
import { Socket } from "node:net";
import { workerData } from "node:worker_threads";

const { fd, expression } = workerData;
const pipe = new Socket({ fd, readable: true, writable: true });
pipe.on("data", (asked) => {
  for (const _ of asked) answer();
});
// Whoever asks is gone, and this process goes with it.
pipe.on("error", () => {});

function answer() {
  // A session that stayed would have the process wait for it when it ends.
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.evaluate", { expression, returnByValue: true }, (error, result) => {
    session.disconnect();
    pipe.write(`${JSON.stringify(error ? {} : { result })}\n`);
  });
}
