import type { Client } from "../../collections/futures/client.ts";
import { reachOf } from "../../collections/futures/client-reach.ts";
import { holdProcess } from "../../runtime/base/clock.ts";
import { Recording } from "../report/recording.ts";

/** Watches a cluster, so that its scheduler notes the steps of tasks. */
export class StoryRecorder {
  private readonly recording: Recording;

  private constructor(recording: Recording) {
    this.recording = recording;
  }

  /** Settles when nothing is missed any more. */
  static async start(client: Client): Promise<StoryRecorder> {
    const letGo = holdProcess();
    try {
      return new StoryRecorder(await Recording.start(reachOf(client).cluster));
    } finally {
      letGo();
    }
  }

  stop(): void {
    this.recording.stop();
  }
}
