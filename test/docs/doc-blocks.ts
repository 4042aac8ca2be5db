import { readdirSync, readFileSync } from "node:fs";

/** A block of a page that is run: ```` ```ts run ````. */
export interface DocBlock {
  readonly page: string;
  readonly line: number;
  readonly code: string;
  /** What its `console.log(…); // this` lines say they print, in order. */
  readonly prints: readonly string[];
}

export const pages: readonly string[] = ["README.md", ...readdirSync("docs").map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith(".md"),
);

export function runnableBlocks(page: string): DocBlock[] {
  const text = readFileSync(page, "utf8");
  return [...text.matchAll(/^```ts run\n([\s\S]*?)^```$/gm)].map((match) => {
    const code = match[1] as string;
    const prints = [...code.matchAll(/^\s*console\.log\(.*\); \/\/ (.*)$/gm)].map(([, said]) => said as string);
    return { page, line: text.slice(0, match.index).split("\n").length + 1, code, prints };
  });
}
