import type { Claim } from "../claim.ts";

export const dataframeClaims: readonly Claim[] = [
  ["DF-018", "Position indexing", "dataframe:DataFrame#columnsAt", "golden dataframe/select.columns"],
  ["DF-022", "Missing data", "dataframe:DataFrame#fillna", "golden dataframe/null.fillna"],
  ["DF-024", "Duplicates", "dataframe:DataFrame#dropDuplicates", "golden dataframe/drop_duplicates"],
  ["DF-025", "Explode", "dataframe:DataFrame#explode", "golden dataframe/explode"],
  ["DF-034", "Map partitions", "dataframe:DataFrame#mapPartitions", "golden dataframe/map_partitions"],
  ["DF-041", "Extremes", "dataframe:DataFrame#nlargest", "golden dataframe/nlargest"],
  ["DF-046", "Cumulative", "dataframe:DataFrame#cumsum", "golden dataframe/cumulative.frame"],
  ["DF-047", "Differences", "dataframe:DataFrame#shift", "golden dataframe/shift_diff"],
  ["DF-051", "Standard aggs", "dataframe:GroupBy#sum", "golden dataframe/groupby.sums"],
  ["DF-052", "Aggregate spec", "dataframe:GroupBy#agg", "golden dataframe/groupby.agg"],
  ["DF-063", "Merge", "dataframe:merge", "golden dataframe/merge.how"],
  ["DF-069", "As-of merge", "dataframe:mergeAsof", "golden dataframe/merge.asof"],
  ["DF-072", "Pivot", "dataframe:DataFrame#pivotTable", "golden dataframe/pivot_table"],
  ["DF-073", "Melt", "dataframe:DataFrame#melt", "golden dataframe/melt"],
  ["DF-079", "Sort", "dataframe:DataFrame#sortValues", "golden dataframe/sort_values"],
  ["DF-093", "Rolling", "dataframe:DataFrame#rolling", "golden dataframe/rolling"],
  ["DF-115", "To array", "dataframe:DataFrame#toArray", "golden dataframe/to_array"],
];
