import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The public entries, and how an example that names one of them as a whole calls it. */
export const entries = {
  shoal: { file: "index.ts", alias: undefined },
  "shoal/array": { file: "collections/array/index.ts", alias: "da" },
  "shoal/bag": { file: "collections/bag/index.ts", alias: "db" },
  "shoal/dataframe": { file: "collections/dataframe/index.ts", alias: "dd" },
  "shoal/testing": { file: "infra/testing/index.ts", alias: undefined },
} as const;

/** An `@example` of a docstring. */
export interface Example {
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

const REEXPORT = /export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{([^}]*)\})\s+from\s+"(\.[^"]+)"/g;

const publicNames = new Set(Object.values(entries).flatMap(({ file }) => namesOf(file)));

/** Every module that the entries give names of. */
export function publicModules(): string[] {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file) || !existsSync(file)) return;
    found.add(file);
    for (const [, , from] of readFileSync(file, "utf8").matchAll(REEXPORT)) visit(join(dirname(file), from as string));
  };
  for (const { file } of Object.values(entries)) visit(file);
  return [...found];
}

/** The examples of a module, in order. */
export function examplesOf(file: string): Example[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/\/\*\*([\s\S]*?)\*\//g)].flatMap((block) => {
    const at = (block[1] as string).indexOf("@example");
    if (at < 0) return [];
    const [said] = (block[1] as string).slice(at + "@example".length).split(/\n\s*\*\s*@\w/) as [string];
    const declared = /^\s*export (?:abstract )?(?:async )?(?:function|class|const)\*? (\w+)/.exec(
      text.slice(block.index + block[0].length),
    )?.[1];
    if (declared !== undefined && !publicNames.has(declared)) return [];
    const code = said.replace(/^\s*\* ?/gm, "").trim();
    return [{ file, line: text.slice(0, block.index + at).split("\n").length, code }];
  });
}

/** The names an entry exports, types among them. */
function namesOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(REEXPORT)].flatMap(([, names = ""]) =>
    names.split(",").flatMap((name) => /(\w+)\s*$/.exec(name.replace(/\/\/.*$/gm, "").trim())?.[1] ?? []),
  );
}

/**
 * An example as a program: what it uses of Shoal and of the setting is imported, and where a line says what it gives
 * (`…; // 12`), that is checked.
 * @param setting the text of the module of names that examples take for granted
 */
export function programOf({ code }: Example, setting: string): string {
  const bare = code.replace(/"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|\/\/.*$/gm, "");
  const used = new Set([...bare.matchAll(/(?<![.\w$])[A-Za-z_$][\w$]*/g)].map(([name]) => name));
  for (const [, names = ""] of bare.matchAll(
    /\b(?:const|let|using|class|function|interface|type)\s+(\{[^}]*\}|\[[^=]*\]|\w+)/g,
  ))
    for (const [name] of names.matchAll(/\w+/g)) used.delete(name);
  const imports: string[] = [];
  const take = (names: readonly string[], from: string): void => {
    const taken = names.filter((name) => used.delete(name));
    if (taken.length > 0) imports.push(`import { ${taken.join(", ")} } from "${from}";`);
  };
  for (const [name, { alias }] of Object.entries(entries))
    if (alias !== undefined && used.delete(alias)) imports.push(`import * as ${alias} from "${name}";`);
  const assumed = [...setting.matchAll(/^export (?:const|interface) (\w+)/gm)].map(([, name]) => name as string);
  take(assumed, "./setting.ts");
  for (const [name, { file }] of Object.entries(entries)) take(namesOf(file), name);
  return [
    'import { given } from "./setting.ts";',
    ...imports,
    ...code.split("\n").map(checkedLine),
    "export {};",
    "",
  ].join("\n");
}

/** `expression; // literal` and `const name = expression; // literal` are checked; other remarks are for people. */
function checkedLine(line: string): string {
  const match = /^(\s*)(?:const (\w+) = )?([^;]+); \/\/ (.+)$/.exec(line);
  if (match === null || !isLiteral(match[4] as string)) return line;
  const [, indent, name, expression, said] = match;
  return name === undefined
    ? `${indent}await given(${expression}, ${said});`
    : `${indent}const ${name} = ${expression};\n${indent}await given(${name}, ${said});`;
}

function isLiteral(text: string): boolean {
  if (!/^(-?\d|"|'|\[|\{|true\b|false\b|null\b|undefined\b|new Date)/.test(text)) return false;
  try {
    new Function(`"use strict"; return (${text});`)();
    return true;
  } catch {
    return false;
  }
}
