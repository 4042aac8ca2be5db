/** Gives its argument: how a value becomes a task. */
export const identity = (value: unknown): unknown => value;
