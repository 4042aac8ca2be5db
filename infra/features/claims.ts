import type { Claim } from "./claim.ts";
import { arrayClaims } from "./claims/array-claims.ts";
import { bagClaims } from "./claims/bag-claims.ts";
import { clusterClaims } from "./claims/cluster-claims.ts";
import { dataframeClaims } from "./claims/dataframe-claims.ts";
import { delayedClaims } from "./claims/delayed-claims.ts";
import { diagnosticsClaims } from "./claims/diagnostics-claims.ts";
import { futuresClaims } from "./claims/futures-claims.ts";
import { graphClaims } from "./claims/graph-claims.ts";
import { schedulingClaims } from "./claims/scheduling-claims.ts";
import { testingClaims } from "./claims/testing-claims.ts";

/** All of Dask's features that are here, area by area. */
export const claims: readonly Claim[] = [
  ...delayedClaims,
  ...bagClaims,
  ...arrayClaims,
  ...dataframeClaims,
  ...futuresClaims,
  ...graphClaims,
  ...clusterClaims,
  ...schedulingClaims,
  ...diagnosticsClaims,
  ...testingClaims,
];
