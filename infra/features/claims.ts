/**
 * A feature of Dask that is here: its id and name on the feature map, where it is reached, and what proves it.
 * Reached at: "shoal:Client#submit" (a member of a class), "array:linalg.qr" (a name of an entry), "cli:worker" (a command).
 * Proof: "golden array/reduce.sum" (recorded cases of that kind), or a test file and how a test's name begins.
 */
export type Claim = readonly [id: string, name: string, reachedAt: string, proof: string];

const delayedTest = "test/collections/delayed/delayed.test.ts";
const bagTest = "test/collections/bag/bag.test.ts";
const textTest = "test/collections/bag/text.test.ts";
const coreTest = "test/collections/core/collection.test.ts";
const arrayTest = "test/collections/array/array.test.ts";
const graphTest = "test/runtime/graph/dict-graph.test.ts";
const coordinationTest = "test/collections/futures/coordination.test.ts";
const failuresTest = "test/e2e/failures.test.ts";
const terminalsTest = "test/infra/cli/four-terminals.test.ts";

const delayed: readonly Claim[] = [
  ["DL-001", "Wrap a function", "shoal:delayed", "golden delayed/call"],
  ["DL-003", "Call a lazy callable", "shoal:delayed", "golden delayed/call"],
  ["DL-004", "Operators", "shoal:delayed", "golden delayed/operators"],
  ["DL-005", "Attribute and method access", "shoal:delayed", "golden delayed/attribute"],
  ["DL-006", "Item access and slices", "shoal:delayed", "golden delayed/getitem"],
  ["DL-007", "Nested arguments", "shoal:delayed", "golden delayed/nested.args"],
  ["DL-010", "Compute one", "shoal:Collection#compute", "golden delayed/call"],
  ["DL-011", "Compute many together", "shoal:compute", "golden delayed/compute.many"],
  ["DL-012", "Persist", "shoal:persist", "golden delayed/persist"],
  ["DL-013", "Optimize explicitly", "shoal:optimize", "golden delayed/optimize"],
  ["DL-015", "Multiple outputs", "shoal:delayed", "golden delayed/nout"],
  ["DL-016", "Purity and dedup", "shoal:delayed", "golden delayed/pure.same_key"],
  ["DL-017", "Key naming", "shoal:delayed", "golden delayed/name"],
  ["DL-018", "Skip traversal", "shoal:computeWith", "golden delayed/compute.no_traverse"],
  ["DL-021", "Forbidden operations", "shoal:delayed", `${delayedTest}: forbidden operations fail clearly`],
  ["DL-026", "Annotations on delayed", "shoal:delayed", `${delayedTest}: annotations go to layers of their own`],
  ["DL-027", "Error propagation", "shoal:TaskError", `${delayedTest}: errors of tasks rise with their own class`],
  ["DL-028", "Collection test", "shoal:isCollection", `${coreTest}: compute() finishes blocks at the caller`],
];

const bag: readonly Claim[] = [
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

const array: readonly Claim[] = [
  ["AR-003", "Chunk metadata", "array:Array#chunks", "golden array/chunks.properties"],
  [
    "AR-006",
    "Unknown chunks",
    "array:Array#computeChunkSizes",
    `${arrayTest}: computeChunkSizes() makes unknown sizes known`,
  ],
  ["AR-007", "Block view", "array:Array#blocks", "golden array/chunks.blocks"],
  ["AR-009", "Chunk normalization", "array:normalizeChunks", "golden array/chunks.normalize"],
  ["AR-010", "Unify chunks", "array:unifyChunks", "golden array/broadcast.unify_chunks"],
  ["AR-021", "Filled arrays", "array:full", "golden array/create.full"],
  ["AR-022", "Filled like", "array:onesLike", "golden array/create.like"],
  ["AR-023", "Ranges", "array:arange array:linspace", "golden array/create.arange"],
  ["AR-024", "Identity and diagonals", "array:eye array:diag", "golden array/create.eye"],
  ["AR-025", "Grids", "array:meshgrid array:indices", "golden array/create.meshgrid"],
  ["AR-026", "From function", "array:fromfunction", "golden array/create.fromfunction"],
  ["AR-031", "Basic slicing", "array:Array#get", "golden array/index.slice2d"],
  ["AR-033", "Boolean array index", "array:Array#get", "golden array/index.boolean1d"],
  ["AR-036", "Pointwise index", "array:Array#vindex", "golden array/index.vindex"],
  ["AR-039", "Assignment", "array:Array#set", "golden array/index.setitem1d"],
  ["AR-042", "Insert / delete / append", "array:insert array:append", "golden array/join.insert"],
  ["AR-045", "Search / bin", "array:searchsorted array:digitize", "golden array/searchsorted"],
  ["AR-046", "Reshape", "array:reshape", "golden array/shape.reshape"],
  ["AR-048", "Transpose / axes", "array:transpose array:moveaxis", "golden array/shape.transpose"],
  ["AR-049", "Flip / roll / rotate", "array:flip array:roll array:rot90", "golden array/shape.flip"],
  [
    "AR-050",
    "Concatenate / stack / block",
    "array:concatenate array:stack array:block",
    "golden array/join.concatenate",
  ],
  ["AR-051", "Rechunk", "array:rechunk", "golden array/chunks.rechunk"],
  ["AR-057", "Bitwise", "array:bitwiseAnd", "golden array/bitwise"],
  ["AR-064", "Sum-like", "array:sum array:std", "golden array/reduce.sum"],
  ["AR-065", "NaN-aware", "array:nansum array:nanstd", "golden array/nanreduce.sum"],
  ["AR-066", "Arg reductions", "array:argmin array:argmax", "golden array/reduce.argmax"],
  ["AR-067", "Top-k", "array:topk array:argtopk", "golden array/topk"],
  ["AR-068", "Cumulative", "array:cumsum array:cumprod", "golden array/cumulative.cumsum"],
  ["AR-069", "Moments", "array:moment", "golden array/reduce.moment"],
  ["AR-072", "Custom reduction", "array:reduction", "golden array/reduce.custom"],
  ["AR-076", "Differences", "array:diff array:gradient", "golden array/diff"],
  ["AR-077", "Coarsen", "array:coarsen", "golden array/shape.coarsen"],
  ["AR-078", "Covariance", "array:cov array:corrcoef", "golden array/stats.cov"],
  ["AR-079", "Triangles / trace", "array:tril array:triu", "golden array/shape.triangle"],
  ["AR-081", "Products", "array:matmul array:einsum array:tensordot", "golden array/product.einsum"],
  ["AR-082", "QR", "array:linalg.qr array:linalg.tsqr", "golden array/linalg.qr"],
  ["AR-085", "Norms", "array:linalg.norm", "golden array/linalg.norm"],
  ["AR-100", "Map blocks", "array:mapBlocks", "golden array/map.blocks"],
  ["AR-101", "Map overlap", "array:mapOverlap", "golden array/map.overlap1d"],
  ["AR-103", "Sliding windows", "array:slidingWindowView", "golden array/overlap.sliding_window"],
  ["AR-104", "Blockwise", "array:blockwise", "golden array/map.blockwise"],
  ["AR-106", "Generalized ufunc", "array:applyGufunc", "golden array/map.gufunc"],
];

const frame: readonly Claim[] = [
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

const clients: readonly Claim[] = [
  [
    "FU-001",
    "Connect / create",
    "shoal:Client.connect shoal:Client.local",
    `${terminalsTest}: tap shows what actors say`,
  ],
  [
    "FU-003",
    "Close / shutdown",
    "shoal:Client#close",
    "test/e2e/modes.test.ts: the same program gives the same answer",
  ],
  ["FU-006", "Wait for workers", "shoal:Client#waitForWorkers", `${failuresTest}: a client that is killed`],
  ["FU-016", "Submit", "shoal:Client#submit", `${failuresTest}: a client that is killed`],
  ["FU-017", "Map", "shoal:Client#map", "test/e2e/modes.test.ts: the same program gives the same answer"],
  [
    "FU-018",
    "Futures as arguments",
    "shoal:Client#submit",
    "test/collections/futures/submitter.test.ts: futures that have left",
  ],
  ["FU-021", "Raw graph", "shoal:get", `${graphTest}: get() computes keys, nested keys`],
  [
    "FU-031",
    "Result / exception",
    "shoal:Future#result shoal:Future#exception",
    "docs/failure-model.md: future.exception()",
  ],
  ["FU-038", "Gather", "shoal:Client#gather", "test/e2e/modes.test.ts: the same program gives the same answer"],
  ["FU-039", "Scatter", "shoal:Client#scatter", "test/e2e/secured-cluster.test.ts: a whole cluster works"],
  ["FU-045", "As completed", "shoal:asCompleted", "docs/getting-started.md: asCompleted(futures)"],
  ["FU-073", "Coroutine tasks", "shoal:delayed", `${delayedTest}: delayed() takes async functions`],
  ["CO-001", "Queue", "shoal:SharedQueue", `${coordinationTest}: queues and variables carry values`],
  ["CO-002", "Variable", "shoal:SharedVariable", `${coordinationTest}: queues and variables carry values`],
  ["CO-003", "Lock", "shoal:Lock", `${coordinationTest}: locks, semaphores and events`],
  ["CO-005", "Semaphore", "shoal:Semaphore", `${coordinationTest}: locks, semaphores and events`],
  ["CO-007", "Event", "shoal:SharedEvent", `${coordinationTest}: locks, semaphores and events`],
];

const graphs: readonly Claim[] = [
  ["GR-004", "Graph utilities", "shoal:dependencies shoal:toposort shoal:isDag", "golden delayed/toposort.valid"],
  [
    "GR-011",
    "Blockwise fusion",
    "shoal:optimize",
    "test/runtime/graph/blockwise-fusion.test.ts: fuseBlockwise() makes a chain",
  ],
  ["GR-014", "Cull", "shoal:cull", "golden delayed/cull"],
  ["GR-015", "Linear fuse", "shoal:fuse", "golden delayed/fuse.chain"],
  ["GR-017", "Inline", "shoal:inline shoal:inlineFunctions", "golden delayed/inline"],
  ["GR-023", "Static ordering", "shoal:order", "golden delayed/order.tree_max_held"],
  ["GR-025", "Tokenize", "shoal:tokenize", "test/runtime/graph/tokenize.test.ts: tokenize() tells apart"],
];

const clusters: readonly Claim[] = [
  ["DP-005", "Synchronous", "shoal:syncExecutor", "golden delayed/call"],
  ["DP-013", "LocalCluster", "shoal:Client.local", "test/e2e/modes.test.ts: the same program gives the same answer"],
  [
    "DP-014",
    "In-process cluster",
    "shoal:Client.local",
    "test/e2e/modes.test.ts: the same program gives the same answer",
  ],
  [
    "DP-015",
    "SubprocessCluster",
    "shoal:Client.local",
    "test/e2e/modes.test.ts: the same program gives the same answer",
  ],
  ["DP-030", "dask scheduler", "cli:scheduler", `${terminalsTest}: four terminals find each other`],
  ["DP-031", "dask worker", "cli:worker", `${terminalsTest}: four terminals find each other`],
];

export const claims: readonly Claim[] = [...delayed, ...bag, ...array, ...frame, ...clients, ...graphs, ...clusters];
