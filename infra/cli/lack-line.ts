import type { LackFigures } from "../../runtime/protocol/events.ts";

/** Tasks that wait for a worker that is not there, in words. */
export const lackLine = ({ asks, tasks, waitedMs, example }: LackFigures): string =>
  `No worker for ${tasks === 1 ? example : `${tasks} tasks (${example} is one)`}: waiting for ${asks}, for ${Math.round(waitedMs / 1000)} s`;
