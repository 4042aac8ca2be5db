import { holdProcess } from "../../runtime/base/clock.ts";
import { Recording, type WatchedCluster } from "./recording.ts";

/** Runs work while its cluster is watched. @returns what is taken from its value and what was seen. @throws what the work throws */
export async function recordedWork<T, R>(
  cluster: WatchedCluster,
  work: () => Promise<T>,
  take: (value: T, recording: Recording) => R,
): Promise<R> {
  const letGo = holdProcess();
  try {
    const recording = await Recording.start(cluster);
    try {
      const value = await work();
      await recording.settle();
      return take(value, recording);
    } finally {
      recording.stop();
    }
  } finally {
    letGo();
  }
}
