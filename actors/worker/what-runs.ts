import type { TaskUnderWay } from "./execution.ts";
import { callsTasks, frameText } from "./frame-text.ts";

/** What a worker's thread is doing at a moment. */
export interface WhatRuns {
  readonly worker: string;
  readonly tasks: readonly TaskUnderWay[];
  /** What the thread is in, from the outermost frame on; of a task, only its own frames. Empty while it waits. */
  readonly stack: readonly string[];
}

const NAME = "shoal.whatRuns";
const FRAMES_MAX = 60;
const HERE = import.meta.url;

/** Gives {@link WhatRuns} where a thread that has a worker evaluates it. An inspector does so in the midst of whatever runs. */
export const WHAT_RUNS = `globalThis[Symbol.for("${NAME}")]?.()`;

/** Makes a worker that has this thread for itself known to those who look at the thread. */
export function showWhatRuns(worker: string, execution: { readonly underWay: readonly TaskUnderWay[] }): void {
  const tell = (): WhatRuns => {
    const tasks = execution.underWay;
    return { worker, tasks, stack: stackHere(tasks[0]?.isCurrent === true) };
  };
  Object.assign(globalThis, { [Symbol.for(NAME)]: tell });
}

/** The frames that were interrupted. @param isTask whether a task is among them, whose own are meant: none before it is called */
function stackHere(isTask: boolean): string[] {
  const { stackTraceLimit, prepareStackTrace } = Error;
  const held: { sites: readonly NodeJS.CallSite[] } = { sites: [] };
  try {
    Error.stackTraceLimit = FRAMES_MAX;
    Error.prepareStackTrace = (_, sites) => {
      held.sites = sites;
      return "";
    };
    void new Error("looked at").stack;
  } finally {
    Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  }
  // This module's frames and the one that was evaluated stand on top of what they interrupted.
  const own = held.sites.findIndex((site) => urlOf(site) !== HERE);
  if (own < 0) return [];
  const frames = held.sites.slice(own + 1);
  const caller = frames.findIndex((site) => callsTasks(urlOf(site)));
  return (caller < 0 ? (isTask ? [] : frames) : frames.slice(0, caller))
    .map((site) => frameText(site.getFunctionName() ?? "", urlOf(site), site.getLineNumber() ?? 0))
    .reverse();
}

const urlOf = (site: NodeJS.CallSite): string => site.getFileName() ?? site.getScriptNameOrSourceURL() ?? "";
