import type { Claim } from "../claim.ts";

export const graphClaims: readonly Claim[] = [
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
  [
    "GR-032",
    "Graph manipulation",
    "shoal:bind shoal:clone shoal:checkpoint shoal:waitOn",
    "test/collections/core/graph-manipulation.test.ts: bind() has children wait",
  ],
  [
    "GR-029",
    "Collection protocol",
    "shoal:Collection",
    "test/collections/core/collection.test.ts: compute() finishes blocks at the caller",
  ],
  [
    "GR-035",
    "Annotations",
    "shoal:annotate",
    "test/collections/delayed/annotate.test.ts: annotate() gives hints to lazy calls made inside",
  ],
  ["GR-041", "Sources", "shoal:config", "test/runtime/base/config.test.ts: files, the environment, set() and with()"],
  [
    "GR-042",
    "Access",
    "shoal:Config#get shoal:Config#set shoal:Config#with",
    "test/runtime/base/config.test.ts: files, the environment, set() and with()",
  ],
  [
    "GR-043",
    "Canonical names",
    "shoal:Config#get",
    "test/runtime/base/config.test.ts: hyphens and underscores are the same",
  ],
  ["GR-046", "Schema", "shoal:config", "test/runtime/base/config.test.ts: hyphens and underscores are the same"],
  [
    "GR-048",
    "Parsing helpers",
    "shoal:parseBytes shoal:parseDurationMs shoal:formatBytes",
    "test/runtime/base/config.test.ts: files, the environment, set() and with()",
  ],
  ["GR-006", "Execute a graph directly", "shoal:get", "golden delayed/get"],
  ["GR-026", "Normalizers", "shoal:tokenSymbol", "test/runtime/graph/tokenize.test.ts: tokenize() tells apart"],
  ["GR-025", "Tokenize", "shoal:tokenize", "test/runtime/graph/tokenize.test.ts: tokenize() tells apart"],
];
