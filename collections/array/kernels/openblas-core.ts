import { readFileSync } from "node:fs";
import type { NativeLibrary, NativeLoader } from "../../../runtime/base/native-loader.ts";

/** Where OpenBLAS is told which processor it runs on. */
const VARIABLE = "OPENBLAS_CORETYPE";
const WIDE = ["avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"];

/**
 * Loads OpenBLAS with kernels for what the processor can do. Left to itself the library goes by the processor's model, and takes one
 * that is younger than itself for a Pentium 4: products five times as slow.
 * What the user has set in the environment stands.
 */
export function loadForThisProcessor(koffi: NativeLoader, name: string): NativeLibrary {
  const core = process.env[VARIABLE] === undefined ? coreOf(processorText()) : undefined;
  if (core === undefined) return koffi.load(name);
  // The variable of the process itself: worker threads have a copy of their own, which no library sees.
  const own = koffi.load(null);
  own.func("int setenv(const char *name, const char *value, int overwrite)")(VARIABLE, core, 0);
  try {
    return koffi.load(name);
  } finally {
    own.func("int unsetenv(const char *name)")(VARIABLE);
  }
}

/** The kernels, by OpenBLAS's name, for a processor as /proc/cpuinfo describes it; undefined where the library's own choice is as good. */
export function coreOf(processor: string): string | undefined {
  const line = (name: string): string => new RegExp(`^${name}\\s*: (.*)$`, "m").exec(processor)?.[1] ?? "";
  const flags = new Set(line("flags").split(" "));
  if (WIDE.every((flag) => flags.has(flag))) return "SkylakeX";
  if (!flags.has("avx2") || !flags.has("fma")) return undefined;
  return line("vendor_id") === "AuthenticAMD" ? "Zen" : "Haswell";
}

function processorText(): string {
  if (process.platform !== "linux" || process.arch !== "x64") return "";
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
}
