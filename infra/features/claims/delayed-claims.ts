import type { Claim } from "../claim.ts";

const delayedTest = "test/collections/delayed/delayed.test.ts";
const coreTest = "test/collections/core/collection.test.ts";

export const delayedClaims: readonly Claim[] = [
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
  [
    "DL-014",
    "Visualize",
    "shoal:visualize shoal:Collection#visualize",
    "test/collections/core/visualize.test.ts: visualize() draws tasks as SVG",
  ],
  ["DL-015", "Multiple outputs", "shoal:delayed", "golden delayed/nout"],
  ["DL-016", "Purity and dedup", "shoal:delayed", "golden delayed/pure.same_key"],
  ["DL-017", "Key naming", "shoal:delayed", "golden delayed/name"],
  ["DL-018", "Skip traversal", "shoal:computeWith", "golden delayed/compute.no_traverse"],
  ["DL-021", "Forbidden operations", "shoal:delayed", `${delayedTest}: forbidden operations fail clearly`],
  ["DL-026", "Annotations on delayed", "shoal:delayed", `${delayedTest}: annotations go to layers of their own`],
  ["DL-027", "Error propagation", "shoal:TaskError", `${delayedTest}: errors of tasks rise with their own class`],
  ["DL-002", "Wrap a value", "shoal:delayed", "golden delayed/operators"],
  ["DL-022", "Await a lazy value", "shoal:Collection#compute", "golden delayed/call"],
  ["DL-024", "Key and graph access", "shoal:Collection#taskKeys", "golden delayed/graph_size"],
  ["DL-029", "Lazy loop/graph reuse", "shoal:delayed", "golden delayed/shared_intermediate"],
  ["DL-028", "Collection test", "shoal:isCollection", `${coreTest}: compute() finishes blocks at the caller`],
  [
    "DL-008",
    "Futures as inputs",
    "shoal:delayed shoal:Future",
    "test/collections/futures/submitter.test.ts: futures that have left and futures that have not are arguments",
  ],
  [
    "DL-009",
    "Other collections as inputs",
    "shoal:delayed bag:Item",
    "test/collections/bag/bag.test.ts: an Item is an argument of delayed work",
  ],
  [
    "DL-025",
    "To/from collections",
    "bag:fromDelayed bag:Bag#toDelayed array:fromDelayed array:toDelayed dataframe:fromDelayed",
    "test/collections/bag/bag.test.ts: fromDelayed() and toDelayed() are each other",
  ],
];
