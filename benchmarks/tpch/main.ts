/** Writes the tables of TPC-H: `npm run tpch -- FOLDER [SCALE]`; the scale is 1 unless told. */
import { generateTpch } from "./generate.ts";

const [folder, scale = "1"] = process.argv.slice(2);
if (folder === undefined || !(Number(scale) > 0))
  throw new SyntaxError("npm run tpch -- FOLDER [SCALE], such as /tmp/tpch 0.1");
await generateTpch(folder, Number(scale));
