import { polars } from "./polars.ts";
import { first, lit, native, type Translation } from "./typed.ts";

export const LIST_TRANSLATIONS: Readonly<Record<string, Translation>> = {
  listGet: (args, options) => native(first(args).e, "listGet", lit(Number(options["at"])).cast(polars().Int64), true),
  listLength: (args) => first(args).e.lst.lengths().cast(polars().Int64),
  listJoin: (args, options) => native(first(args).e, "listJoin", lit(String(options["separator"] ?? "")), true),
  listContains: (args) => native(first(args).e, "listContains", (args[1] as (typeof args)[number]).e),
  listSort: (args) => first(args).e.lst.sort(),
  listSlice: (args, options) =>
    first(args).e.lst.slice(Number(options["start"] ?? 0), Number(options["length"] ?? 2 ** 31)),
};
