import type { Claim } from "../claim.ts";

export const diagnosticsClaims: readonly Claim[] = [];
