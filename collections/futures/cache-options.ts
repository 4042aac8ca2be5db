import { CACHE_DEFAULTS, type CacheLimits } from "../../actors/scheduler/result-cache.ts";
import { refuseUnknownOptions, shown } from "../../runtime/base/known-options.ts";
import { parseBytes, parseDurationMs } from "../../runtime/base/units.ts";

/** What a cluster keeps of results that nobody asks for any more. */
export interface CacheOptions {
  /** All of them together: bytes, or text such as "2 GB". */
  readonly limit: number | string;
  /** What takes less to make again, with all it is made from, is not kept; default "10ms". */
  readonly least?: number | string;
  /** What a result was worth counts half after so long; default "10m". */
  readonly halfLife?: number | string;
}

/** A limit alone, one with more to it, or `false`: nothing is kept. */
export type CacheSetting = number | string | false | CacheOptions;

const NAMES = ["limit", "least", "halfLife"] satisfies (keyof CacheOptions)[];

/** @throws TypeError | RangeError | SyntaxError naming what is wrong */
export function cacheLimits(setting: CacheSetting, of = "cache"): CacheLimits {
  if (setting === false) return { ...CACHE_DEFAULTS, bytesMax: 0 };
  if (typeof setting === "number" || typeof setting === "string")
    return { ...CACHE_DEFAULTS, bytesMax: parseBytes(setting) };
  if (typeof setting !== "object" || setting === null)
    throw new TypeError(`${of} is an amount of memory such as "2 GB", false, or { limit }, not ${shown(setting)}`);
  refuseUnknownOptions(setting, NAMES, of);
  const { limit, least, halfLife } = setting;
  if (limit === undefined) throw new TypeError(`${of} needs a limit: { limit: "2 GB" }`);
  const halfLifeMs = halfLife === undefined ? CACHE_DEFAULTS.halfLifeMs : parseDurationMs(halfLife);
  if (halfLifeMs === 0) throw new RangeError(`halfLife of ${of} is longer than 0`);
  return {
    bytesMax: parseBytes(limit),
    halfLifeMs,
    leastMs: least === undefined ? CACHE_DEFAULTS.leastMs : parseDurationMs(least),
  };
}
