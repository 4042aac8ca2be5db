import { writeFile } from "node:fs/promises";
import { arrayNamesPage } from "./array-names-page.ts";

/** `npm run array-names`: writes docs/array-names.md. */
const page = new URL("../../docs/array-names.md", import.meta.url);
await writeFile(page, arrayNamesPage());
process.stdout.write(`wrote ${page.pathname}\n`);
