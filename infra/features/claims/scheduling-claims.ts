import type { Claim } from "../claim.ts";

export const schedulingClaims: readonly Claim[] = [];
