/** The result of waiting. */
export const nothing = (): null => null;

/** A block that waited for something else. */
export const firstOf = (block: unknown, _waitedFor: unknown): unknown => block;
