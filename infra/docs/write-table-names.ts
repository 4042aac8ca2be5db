import { writeFile } from "node:fs/promises";
import { tableNamesPage } from "./table-names-page.ts";

/** `npm run table-names`: writes docs/table-names.md. */
const page = new URL("../../docs/table-names.md", import.meta.url);
await writeFile(page, tableNamesPage());
process.stdout.write(`wrote ${page.pathname}\n`);
