import type { Claim } from "../claim.ts";

const bagTest = "test/collections/bag/bag.test.ts";
const textTest = "test/collections/bag/text.test.ts";

export const bagClaims: readonly Claim[] = [
  ["BG-001", "From a sequence", "bag:fromSequence", "golden bag/from_sequence"],
  ["BG-002", "Integer range", "bag:range", "golden bag/range"],
  ["BG-003", "From delayed", "bag:fromDelayed", "golden bag/from_delayed"],
  ["BG-005", "Read text", "bag:readText", `${textTest}: readText() gives lines with their ends`],
  ["BG-009", "Map", "bag:Bag#map", "golden bag/map"],
  ["BG-010", "Star map", "bag:Bag#starmap", "golden bag/starmap"],
  ["BG-011", "Filter", "bag:Bag#filter", "golden bag/filter"],
  ["BG-013", "Map partitions", "bag:Bag#mapPartitions", "golden bag/map_partitions"],
  ["BG-014", "Pluck", "bag:Bag#pluck", "golden bag/pluck"],
  ["BG-015", "Flatten", "bag:Bag#flatten", "golden bag/flatten"],
  ["BG-016", "Unzip", "bag:Bag#unzip", "golden bag/unzip"],
  ["BG-017", "Zip", "bag:zip", "golden bag/zip"],
  ["BG-018", "Concat", "bag:concat", "golden bag/concat"],
  ["BG-019", "String accessor", "bag:Bag#str", "golden bag/str"],
  ["BG-020", "Random sample", "bag:Bag#randomSample", `${bagTest}: random picks are the same for a seed`],
  ["BG-022", "Reduction", "bag:Bag#reduction", "golden bag/reduction"],
  ["BG-023", "Fold", "bag:Bag#fold", "golden bag/fold"],
  ["BG-024", "Fold by key", "bag:Bag#foldby", "golden bag/foldby"],
  ["BG-025", "Accumulate", "bag:Bag#accumulate", "golden bag/accumulate"],
  ["BG-026", "Basic aggregates", "bag:Bag#sum", "golden bag/aggregate.sums"],
  ["BG-027", "Frequencies", "bag:Bag#frequencies", "golden bag/frequencies"],
  ["BG-028", "Top-k", "bag:Bag#topk", "golden bag/topk"],
  ["BG-029", "Distinct", "bag:Bag#distinct", "golden bag/distinct"],
  ["BG-031", "Join", "bag:Bag#join", "golden bag/join"],
  ["BG-032", "Product", "bag:Bag#product", "golden bag/product"],
  ["BG-033", "Repartition", "bag:Bag#repartition", "golden bag/repartition"],
  ["BG-034", "Take", "bag:Bag#take", "golden bag/take"],
  ["BG-035", "Iterate", "bag:Bag", `${bagTest}: for await reads items in order`],
  ["BG-036", "To text files", "bag:Bag#toTextFiles", `${textTest}: toTextFiles() writes a file per partition`],
  ["BG-039", "To delayed", "bag:Bag#toDelayed", "golden bag/to_delayed"],
  ["BG-041", "Item", "bag:Item", `${bagTest}: an Item is an argument of delayed work`],
];
