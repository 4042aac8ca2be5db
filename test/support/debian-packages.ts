import { existsSync } from "node:fs";
import { openBlas } from "../../collections/array/kernels/openblas.ts";
import { pngOfSvg } from "../../collections/core/png-of-svg.ts";
import { findProgram, run } from "../../infra/nats/program.ts";
import { findChromium } from "./chromium.ts";

interface Wanted {
  readonly name: string;
  /** What is not seen to work without it. */
  readonly what: string;
  isThere(): boolean | Promise<boolean>;
}

/** What tests compare Shoal with, beside a nats-server. */
const WANTED: readonly Wanted[] = [
  { name: "chromium", what: "the live page in a browser", isThere: () => findChromium() !== undefined },
  { name: "python3-zarr", what: "stores that Python's zarr wrote and reads", isThere: () => imports("zarr") },
  { name: "python3-h5py", what: "HDF5 files that h5py reads", isThere: () => imports("h5py") },
  { name: "fonts-dejavu-core", what: "texts in pictures", isThere: hasFont },
  { name: "libopenblas0", what: "linear algebra with OpenBLAS", isThere: () => openBlas() !== null },
];

/**
 * Installs the packages that tests want, all at once, where this process may: as root on Debian. Elsewhere it says which are
 * missing, and what is not tested or fails without them.
 */
export async function ensureDebianPackages(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const missing: Wanted[] = [];
  for (const one of WANTED) if (!(await one.isThere())) missing.push(one);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  const told = missing.map(({ name, what }) => `${name} (${what})`).join(", ");
  const apt = findProgram("apt-get", env);
  if (apt === undefined || process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) {
    console.error(`Missing: ${told}. On Debian and Ubuntu: sudo apt-get install ${names.join(" ")}`);
    return;
  }
  console.error(`Missing: ${told}; installing Debian's packages (apt-get install ${names.join(" ")})`);
  const quiet: NodeJS.ProcessEnv = { ...env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await run(apt, ["update"], quiet);
    await run(apt, ["-o", "DPkg::Lock::Timeout=120", "install", "-y", "--no-install-recommends", ...names], quiet);
  } catch (error) {
    console.error(`The installation failed; tests of these say so: ${String(error)}`);
  }
}

function hasFont(): Promise<boolean> {
  return pngOfSvg('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>').then(
    () => true,
    () => false,
  );
}

/** Whether Debian's Python, which has Debian's packages whatever other Python comes first on the path, has one of them. */
function imports(module: string): Promise<boolean> {
  return run("/usr/bin/python3", ["-c", `import ${module}`]).then(
    () => true,
    () => false,
  );
}
