/** What all partitions gave in one list: the path of each, or several. */
export const writtenPaths = <T>(parts: readonly (T | T[])[]): T[] => parts.flat() as T[];
