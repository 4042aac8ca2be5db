import type { Claim } from "./claim.ts";

/** docs/features.md: which of Dask's features are here, where they are reached, what proves them. */
export function featuresPage(claims: readonly Claim[]): string {
  const rows = claims.map(([id, name, reachedAt, proof]) => {
    const places = reachedAt.split(" ").map((place) => `\`${shown(place)}\``);
    return `| ${id} | ${name} | ${places.join(", ")} | ${proof} |`;
  });
  return [
    "# Features",
    "",
    `Written by \`npm run features\` from infra/features/claims/: ${claims.length} features of Dask that are here. A claim whose name is not exported or`,
    "whose proof does not exist fails the tests. Proofs named golden are answers recorded from Dask, NumPy and pandas: `npm run golden`.",
    "",
    "| id | feature | reached at | proof |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

/** "shoal:Client#submit" as `Client#submit`, "array:sum" as `da.sum`, "cli:worker" as `shoal worker`. */
function shown(place: string): string {
  const [entry = "", path = ""] = place.split(":");
  if (entry === "cli") return `shoal ${path}`;
  const short = { array: "da.", bag: "db.", dataframe: "dd." }[entry] ?? "";
  return short + path;
}
