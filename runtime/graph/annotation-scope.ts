import { AsyncLocalStorage } from "node:async_hooks";
import type { Annotations } from "./layer.ts";

const scopes = new AsyncLocalStorage<Annotations>();

/** Hints for work that is made here and now, if there are any. */
export const scopedAnnotations = (): Annotations | undefined => scopes.getStore();

/** Runs work under hints, with those around it: inner ones win. What it awaits has them too. */
export const underAnnotations = <T>(annotations: Annotations, work: () => T): T =>
  scopes.run({ ...scopes.getStore(), ...annotations }, work);
