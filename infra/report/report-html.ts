import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { assetsFolder, assetText } from "../dashboard/assets.ts";
import type { RecordedPages } from "./recording.ts";

/**
 * One HTML file with data, styles, charts and the page's own modules. Modules are named in an import map, as data URLs, since a
 * file that stands alone has no server to load them from.
 */
export async function reportHtml(title: string, recorded: RecordedPages): Promise<string> {
  const [style, parts, echarts, icon] = await Promise.all(
    ["style.css", "parts.css", "vendor/echarts.min.js", "icon.svg"].map(assetText),
  );
  const iconUrl = `data:image/svg+xml;base64,${base64(icon as string)}`;
  return `<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="${iconUrl}">
<style>${withoutFont(style as string)}\n${parts}</style>
<script>document.documentElement.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";</script>
<script>${inScript(echarts as string)}</script>
<script type="importmap">${inScript(JSON.stringify({ imports: await moduleMap() }))}</script>
<script type="application/json" id="recorded">${inScript(JSON.stringify({ title, ...recorded }))}</script>
</head>
<body>
<aside class="side"><div class="side-in">
<a class="brand" href="#status"><img src="${iconUrl}" alt="" width="28" height="28"><span>Shoal</span></a>
<nav id="nav" aria-label="Pages"></nav>
</div></aside>
<div class="body">
<header class="top"><div class="where"><span class="cluster">${escaped(title)}</span></div><dl class="head" id="head"></dl></header>
<main id="main" tabindex="-1"></main>
<div class="toast" id="toast" role="status" aria-live="polite"></div>
</div>
<script type="module">import "page/report.js";</script>
</body>
</html>
`;
}

/** The page's modules by name; in their texts, paths become these names. */
async function moduleMap(): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(assetsFolder, { recursive: true })).filter(
    (name) => name.endsWith(".js") && !name.startsWith("vendor") && name !== "main.js" && name !== "theme.js",
  );
  const texts = await Promise.all(names.map((name) => assetText(name)));
  const modules = names.map((name, at) => [`page/${name}`, dataUrl(named(name, texts[at] as string))] as const);
  return Object.fromEntries([...modules, ["page/vendor/dagre.js", dataUrl(await assetText("vendor/dagre.js"))]]);
}

function named(file: string, text: string): string {
  const folder = file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "";
  return text.replace(/from "((?:\.{1,2}|\/assets)\/[^"]+)"/g, (_, path: string) => {
    const target = path.startsWith("/assets/") ? path.slice("/assets/".length) : join(folder, path);
    return `from "page/${target.replaceAll("\\", "/")}"`;
  });
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const dataUrl = (text: string): string => `data:text/javascript;base64,${base64(text)}`;

/** The report's text is drawn in what the reader's machine has: it is no larger for a font. */
const withoutFont = (style: string): string => style.replace(/@font-face \{[^}]*\}/, "");

/** What ends a script's element must not stand within it. */
const inScript = (text: string): string => text.replaceAll("</", "<\\/").replaceAll("<!--", "<\\!--");

const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
