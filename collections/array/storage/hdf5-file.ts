import { ShoalError } from "../../../runtime/base/errors.ts";
import { optionalLibrary } from "../../io/optional-library.ts";
import type { DType } from "../dtype.ts";

type Library = typeof import("h5wasm/node");
type Dataset = InstanceType<Library["Dataset"]>;
type Metadata = Dataset["metadata"];
type OpenFile = InstanceType<Library["File"]>;

/** The HDF5 library in WebAssembly, which reads and writes local files in place; loaded when it is first needed. */
export async function hdf5Library(): Promise<Library> {
  const library = await optionalLibrary<Library>("HDF5", "h5wasm", () => import("h5wasm/node"));
  const compiled = await library.ready;
  // Else it writes to the standard error and goes on.
  compiled.activate_throwing_error_handler();
  return library;
}

/**
 * Calls a function with an open file, and closes it.
 * @param mode to read it, to change it, or to make it anew
 */
export function withHdf5<T>(library: Library, path: string, mode: "r" | "a" | "w", use: (file: OpenFile) => T): T {
  const file = opened(library, path, mode);
  try {
    return use(file);
  } finally {
    file.close();
  }
}

function opened(library: Library, path: string, mode: "r" | "a" | "w"): OpenFile {
  try {
    return new library.File(path, mode);
  } catch (cause) {
    throw new ShoalError(`${path} cannot be opened as an HDF5 file`, { code: "FILE", cause, details: { path } });
  }
}

/**
 * A dataset of a file by its path in it.
 * @throws ShoalError FILE if there is none, naming those that are there
 */
export function datasetOf(library: Library, file: OpenFile, name: string): Dataset {
  const found = file.get(name);
  if (found instanceof library.Dataset) return found;
  const names = file.paths().filter((one) => file.get(one) instanceof library.Dataset);
  throw new ShoalError(`There is no dataset ${name} in ${file.filename}; it has ${names.join(", ") || "none"}`, {
    code: "FILE",
    details: { path: file.filename, dataset: name },
  });
}

/** HDF5's classes of types. */
const WHOLE = 0;
const FLOAT = 1;
const ENUM = 8;

/**
 * The dtype of a dataset; an enumeration of FALSE and TRUE, as h5py writes booleans, is bool.
 * @throws ShoalError NOT_SUPPORTED for elements of other kinds
 */
export function hdf5DType({ type, size, signed, littleEndian, enum_type }: Metadata, name: string): DType {
  const bits = 8 * size;
  if (littleEndian && type === WHOLE && bits <= 64) return `${signed ? "" : "u"}int${bits}` as DType;
  if (littleEndian && type === FLOAT && (bits === 32 || bits === 64)) return `float${bits}`;
  const members = type === ENUM ? Object.keys(enum_type?.members ?? {}) : [];
  if (members.length === 2 && members.includes("FALSE") && members.includes("TRUE")) return "bool";
  throw new ShoalError(
    `Dataset ${name} holds elements of HDF5's class ${type} in ${size} bytes${littleEndian ? "" : ", big-endian"}; integers, float32, float64 and booleans can be read`,
    { code: "NOT_SUPPORTED", details: { dataset: name } },
  );
}
