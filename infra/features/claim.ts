/**
 * A feature of Dask that is here: its id and name on the feature map, where it is reached, and what proves it.
 * Reached at: "shoal:Client#submit" (a member of a class), "array:linalg.qr" (a name of an entry), "cli:worker" (a command).
 * Proof: "golden array/reduce.sum" (recorded cases of that kind), or a test file and how a test's name begins.
 */
export type Claim = readonly [id: string, name: string, reachedAt: string, proof: string];
