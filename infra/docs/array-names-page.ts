import * as da from "shoal/array";
import { daskArrayNames } from "./dask-array-names.ts";

/** Names that are other here than Dask's in camelCase, and why some are missing. */
const RENAMED: Readonly<Record<string, string>> = {
  "da.array": "asarray",
  "da.asanyarray": "asarray",
  "da.from_array": "fromArray",
  "da.true_divide": "divide",
  "da.bool": "Boolean",
  "da.frompyfunc": "vectorize",
  "da.apply_gufunc": "applyGufunc",
  "da.as_gufunc": "gufunc",
  "da.gufunc": "gufunc",
  "da.shape": "Array#shape",
  "da.ndim": "Array#ndim",
  "da.map_blocks": "mapBlocks",
  "da.broadcast_shapes": "broadcastArrays",
  "overlap.trim_internal": "trimOverlap",
  "Array.map_blocks": "mapBlocks",
  "Array.nonzero": "nonzero",
  "Array.repeat": "repeat",
  "Array.choose": "choose",
  "Array.trace": "trace",
  "Array.to_zarr": "toZarr",
  "Array.to_hdf5": "toHdf5",
  "Array.to_delayed": "toDelayed",
  "Array.store": "store",
  "Array.partitions": "blocks",
};
const MISSING: Readonly<Record<string, string>> = {
  "Array.to_tiledb": "no TileDB",
  "linalg.compression_level": "inside `da.linalg.svdCompressed`",
  "linalg.compression_matrix": "inside `da.linalg.svdCompressed`",
  "fft.fft_wrap": "`x.mapBlocks` with a transform of your own",
  ...Object.fromEntries(
    ["ttest_ind", "ttest_1samp", "ttest_rel", "chisquare", "power_divergence", "f_oneway"].map((name) => [
      `stats.${name}`,
      "needs distributions for its p-values; `mean`, `var` and `moment` give the statistic",
    ]),
  ),
  ...Object.fromEntries(
    ["skewtest", "kurtosistest", "normaltest"].map((name) => [
      `stats.${name}`,
      "needs distributions for its p-values; `da.stats.skew` and `kurtosis` are here",
    ]),
  ),
  "ma.empty_like": "`da.ma.maskedArray(da.emptyLike(x))`",
  "ma.ones_like": "`da.ma.maskedArray(da.onesLike(x))`",
  "ma.zeros_like": "`da.ma.maskedArray(da.zerosLike(x))`",
  "ma.nonzero": "`da.nonzero(x.filled(0))`",
  "ma.where": "`da.where` on data and masks",
  "random.multinomial": "binomials of what is left, one after another",
  "random.randint": "`da.random.integers`; `da.random.RandomState` keeps the old name",
  "random.random_integers": "`da.random.integers`",
  "random.random_sample": "`da.random.random`; `da.random.RandomState` keeps the old name",
  "random.seed": "`{ seed }`, or `da.random.defaultRng(seed)`",
  "random.tomaxint": "`da.random.integers`",
  "Array.to_dask_dataframe": "`dd.fromArray(x, { columns })` of `shoal/dataframe`, so that arrays load no tables",
  "Array.dask": "`layer`, and `explain()`",
  "Array.A": "no twin: compute() gives an NDArray",
  "Array.to_backend": "chunks have one kind",
};

/** The page that names every operation of dask.array, and what it is called here; made from the exports themselves. */
export function arrayNamesPage(): string {
  const groups = Object.entries(daskArrayNames).map(([group, names]) => groupText(group, names));
  const all = Object.entries(daskArrayNames).flatMap(([group, names]) => names.map((name) => placeOf(group, name)));
  const there = all.filter((place) => place !== undefined).length;
  return `# NumPy's and Dask's names, and ours

Written by \`npm run array-names\` from what is exported. Names are Dask's in camelCase; keywords are one object, last. Of ${all.length} names
of dask.array 2022.12, ${there} are here; the others are marked with a dash.

${groups.join("\n")}`;
}

function groupText(group: string, names: readonly string[]): string {
  const title = group === "da" ? "Functions" : group === "Array" ? "Methods and properties of Array" : `da.${group}`;
  const rows = names.map((name) => {
    const place = placeOf(group, name);
    const note = MISSING[`${group}.${name}`];
    return `| ${name} | ${place === undefined ? `—${note === undefined ? "" : ` ${note}`}` : `\`${place}\``} |`;
  });
  return `## ${title}\n| Dask | Shoal |\n|---|---|\n${rows.join("\n")}\n`;
}

/** Where a name of Dask's is found here: undefined if it is not. */
function placeOf(group: string, name: string): string | undefined {
  const camel = name.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
  const exported = da as unknown as Readonly<Record<string, unknown>>;
  const renamed = RENAMED[`${group}.${name}`];
  if (renamed !== undefined)
    return renamed.includes("#") || renamed in exported || renamed in da.Array.prototype ? `da.${renamed}` : undefined;
  if (group === "Array") return camel in da.Array.prototype || camel === "dtype" ? `x.${camel}` : undefined;
  if (group === "da") return camel in exported ? `da.${camel}` : undefined;
  const inside = exported[group] as Readonly<Record<string, unknown>> | undefined;
  if (inside !== undefined && camel in inside) return `da.${group}.${camel}`;
  return group === "overlap" && camel in exported ? `da.${camel}` : undefined;
}
