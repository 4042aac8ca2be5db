import fc from "fast-check";

interface Shape {
  readonly kind: "atomic" | "compound" | "parallel";
  readonly children: readonly Shape[];
}

const EVENTS = ["e0", "e1", "e2", "e3", "*"];
const GUARDS = ["g0", "g1", "g2"];
const ACTIONS = ["a0", "a1", "a2", "a3", "a4"];

/**
 * Random machine configs inside what a compiled chart may hold: nested, parallel, guarded, with wildcards, reentry and ends.
 * Configs and not machines, as a counterexample is printed.
 */
export const anyMachineConfig: fc.Arbitrary<object> = fc
  .tuple(shapeOf(3), fc.infiniteStream(fc.nat(1_000_000)))
  .map(([shape, stream]) => buildConfig(shape, () => stream.next().value as number));

function shapeOf(depth: number): fc.Arbitrary<Shape> {
  const atomic = fc.constant<Shape>({ kind: "atomic", children: [] });
  if (depth === 0) return atomic;
  const inner = fc.oneof({ weight: 3, arbitrary: atomic }, { weight: 2, arbitrary: shapeOf(depth - 1) });
  return fc.record<Shape>({
    kind: fc.constantFrom("compound" as const, "compound" as const, "parallel" as const),
    children: fc.array(inner, { minLength: 1, maxLength: 3 }),
  });
}

function buildConfig(shape: Shape, draw: () => number): object {
  const below = (bound: number): number => draw() % bound;
  const some = (names: readonly string[], countMax: number): string[] =>
    Array.from({ length: below(countMax + 1) }, () => names[below(names.length)] as string);
  const ids: string[] = [];
  const plan = (node: Shape, id: string): void => {
    ids.push(id);
    for (const [i, child] of node.children.entries()) plan(child, `${id}_${i}`);
  };
  plan(shape, "root");
  const transition = (id: string): object => {
    const targets = ids.filter((other) => other !== "root");
    const target = below(4) === 0 ? {} : { target: `#${targets[below(targets.length)]}` };
    return {
      ...target,
      ...(below(3) === 0 ? { guard: GUARDS[below(GUARDS.length)] } : {}),
      ...(below(3) === 0 && id !== "root" ? { reenter: true } : {}),
      actions: some(ACTIONS, 2),
    };
  };
  const config = (node: Shape, id: string, mayEnd: boolean): object => {
    const states = Object.fromEntries(
      node.children.map((child, i) => [
        `s${i}`,
        config(child, `${id}_${i}`, id === "root" && node.kind === "compound" && i > 0),
      ]),
    );
    if (mayEnd && node.kind === "atomic" && below(4) === 0) {
      return { id, type: "final", entry: some(ACTIONS, 1), exit: some(ACTIONS, 1) };
    }
    const on = Object.fromEntries(
      EVENTS.filter(() => below(3) === 0).map((event) => [
        event,
        Array.from({ length: 1 + below(2) }, () => transition(id)),
      ]),
    );
    return {
      id,
      on,
      entry: some(ACTIONS, 1),
      exit: some(ACTIONS, 1),
      ...(node.kind === "parallel" ? { type: "parallel", states } : {}),
      ...(node.kind === "compound"
        ? { initial: below(4) === 0 ? { target: "s0", actions: some(ACTIONS, 1) } : "s0", states }
        : {}),
    };
  };
  return config(shape, "root", false);
}
