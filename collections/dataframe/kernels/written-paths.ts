/** The paths of all partitions in one list; a partition may have several. */
export const writtenPaths = (parts: readonly (string | string[])[]): string[] => parts.flat();
