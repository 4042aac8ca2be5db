import { readFileSync } from "node:fs";
import { type Node, parse } from "acorn";
import { transformSync } from "esbuild";
import type { Random } from "../../runtime/base/random.ts";

/** Where the promises of the protocol are kept: charts, and the fences of scheduler, workers, clients and links. */
const FENCED = [
  "actors/task/scheduler-task-chart.ts",
  "actors/task/worker-task-chart.ts",
  "actors/task/thief-chart.ts",
  "actors/task/hunger-chart.ts",
  "actors/scheduler/membership-chart.ts",
  "actors/scheduler/completion.ts",
  "actors/scheduler/departures.ts",
  "actors/scheduler/lead.ts",
  "actors/scheduler/needs.ts",
  "actors/scheduler/races.ts",
  "actors/scheduler/recovery.ts",
  "actors/scheduler/scheduler.ts",
  "actors/scheduler/sessions.ts",
  "actors/scheduler/stealing.ts",
  "actors/scheduler/want-list.ts",
  "actors/worker/worker-brain.ts",
  "actors/worker/stealing.ts",
  "actors/worker/fetch-queue.ts",
  "actors/worker/waiters.ts",
  "actors/client/client-session.ts",
  "runtime/actor/link-table.ts",
  "runtime/journal/held-output.ts",
  "runtime/journal/journal-writer.ts",
  "runtime/journal/leadership.ts",
] as const;

/**
 * Changes after which all that anybody says, and its order, is what it was; no seed can notice them. An empty turn that is held back too has
 * what comes after it wait for the same commit, or be sent a turn later: it is let out by the wake that the empty one asked for. A slab without
 * edges has no offsets of any either: no row of it is visited, asked first or not. Who releases asks by itself whether a row is needed, and a row
 * that did not fail has no failure to strike out. A layer of one kind is looked up again for each row, with the same answer. Who makes rows needed asks
 * by itself whether they are. A submission is looked up again for each handle, with the same answer. Who drops a copy that a worker has not changes nothing,
 * and what drops slabs that have nothing left asks by itself. Nothing is traced in the simulator.
 */
const EQUIVALENT: readonly Pick<SourceMutation, "file" | "text">[] = [
  { file: "runtime/journal/held-output.ts", text: "said.length === 0 → false" },
  { file: "actors/scheduler/needs.ts", text: "slab.outs.length > 0 → true" },
  { file: "actors/scheduler/needs.ts", text: "state.tasks.needers[input] === 0 → true" },
  { file: "actors/scheduler/needs.ts", text: "from === S.erred → true" },
  { file: "actors/scheduler/departures.ts", text: "isNeeded(state, row) → false" },
  { file: "actors/scheduler/completion.ts", text: "isMixed → true" },
  { file: "actors/scheduler/needs.ts", text: "state.tasks.state[first] !== S.released → false" },
  { file: "actors/scheduler/recovery.ts", text: "more.includes(worker.number) → true" },
  { file: "actors/scheduler/recovery.ts", text: "slab.active === 0 → true" },
  { file: "actors/scheduler/needs.ts", text: "slab.active === 0 → true" },
  { file: "actors/scheduler/scheduler.ts", text: "trace === void 0 → false" },
  { file: "actors/scheduler/scheduler.ts", text: "trace === void 0 → true" },
  {
    file: "actors/client/client-session.ts",
    text: "record === void 0 || handle >= record.first + record.count → true",
  },
];

/** A change of one place of one source file. */
export interface SourceMutation {
  readonly file: string;
  /** For people: what stood there, and what stands there now. */
  readonly text: string;
  /** The file as JavaScript, changed. */
  readonly script: string;
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly texts: readonly string[];
}

/** One change, by chance: a condition that always or never holds, or an edge of a chart that leads elsewhere. */
export function drawMutation(root: string, random: Random): SourceMutation {
  const file = random.pick(FENCED);
  const script = scriptOf(root, file);
  const edits = editsOf(script).filter((edit) => edit.texts.some((text) => !isEquivalent(file, script, edit, text)));
  const edit = random.pick(edits);
  const text = random.pick(edit.texts.filter((one) => !isEquivalent(file, script, edit, one)));
  return { file, text: told(script, edit, text), script: script.slice(0, edit.from) + text + script.slice(edit.to) };
}

const scriptOf = (root: string, file: string): string =>
  transformSync(readFileSync(`${root}${file}`, "utf8"), { loader: "ts", format: "esm" }).code;

const isEquivalent = (file: string, script: string, edit: Edit, text: string): boolean =>
  EQUIVALENT.some((one) => one.file === file && one.text === told(script, edit, text));

const told = (script: string, { from, to }: Edit, text: string): string =>
  `${script.slice(from, to).replace(/\s+/g, " ").slice(0, 120)} → ${text}`;

function editsOf(script: string): Edit[] {
  const edits: Edit[] = [];
  const states = new Set([...script.matchAll(/^ {4}(\w+): \{/gm)].map(([, name]) => name as string));
  const visit = (node: unknown, isEdge: boolean): void => {
    if (Array.isArray(node)) for (const one of node) visit(one, isEdge);
    if (!isNode(node)) return;
    if (node.type === "IfStatement" || node.type === "ConditionalExpression") {
      const { start, end } = node.test as Node;
      edits.push({ from: start, to: end, texts: ["true", "false"] });
    }
    if (node.type === "Literal" && isEdge && states.has(node.value as string))
      edits.push({
        from: node.start,
        to: node.end,
        texts: [...states].filter((state) => state !== node.value).map((state) => JSON.stringify(state)),
      });
    const isOn = node.type === "Property" && (node.key as { name?: string }).name === "on";
    for (const [name, inner] of Object.entries(node)) if (name !== "key") visit(inner, isEdge || isOn);
  };
  visit(parse(script, { ecmaVersion: "latest", sourceType: "module" }), false);
  return edits;
}

type AnyNode = Node & Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is AnyNode =>
  typeof value === "object" && value !== null && typeof (value as Partial<Node>).type === "string";
