import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { problemsOf } from "./check-claims.ts";
import { claims } from "./claims.ts";
import { featuresPage } from "./features-page.ts";

/** `npm run features`: checks the claims and writes docs/features.md. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const problems = problemsOf(claims, root);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else {
  await writeFile(`${root}/docs/features.md`, featuresPage(claims));
  console.log(`${claims.length} features, written to docs/features.md`);
}
