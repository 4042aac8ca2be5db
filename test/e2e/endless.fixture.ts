import { delayed, getClient, taskScope } from "shoal";

// Run by `shoal run` and killed: what it submits ends only when nobody wants it any more.
const endless = delayed(async () => {
  const { signal } = taskScope();
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
});
await getClient().lock("held by the killed").acquire();
const ended = endless().compute();
process.stdout.write("submitted\n");
await ended;
