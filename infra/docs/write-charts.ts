import { writeFile } from "node:fs/promises";
import { chartsPage } from "./charts-page.ts";

/** `npm run charts`: writes docs/charts.md. */
const page = new URL("../../docs/charts.md", import.meta.url);
await writeFile(page, chartsPage());
process.stdout.write(`wrote ${page.pathname}\n`);
