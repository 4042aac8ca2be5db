/**
 * Puts the methods on the classes that live in files of their own, since classes that name each other may not import
 * each other: whoever uses one of them imports this file.
 */
import "./aggregation.ts";
import "./arrow.ts";
import "./category-accessor.ts";
import "./conversions.ts";
import "./divisions.ts";
import "./from-bag.ts";
import "./group-pairs.ts";
import "./group-rows.ts";
import "./groupby.ts";
import "./join.ts";
import "./loc.ts";
import "./map-overlap.ts";
import "./memory-usage.ts";
import "./nunique-approx.ts";
import "./quantiles.ts";
import "./reductions.ts";
import "./renaming.ts";
import "./resample.ts";
import "./reshape.ts";
import "./rolling.ts";
import "./sample.ts";
import "./series-table.ts";
import "./text-accessor.ts";
import "./time-accessor.ts";
import "./to-csv.ts";
import "./to-ipc.ts";
import "./to-json.ts";
import "./to-parquet.ts";
import "./to-sql.ts";
import "./where.ts";
