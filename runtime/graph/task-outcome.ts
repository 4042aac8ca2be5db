/** How a task ended. */
export type TaskOutcome = { readonly value: unknown } | { readonly error: unknown };
