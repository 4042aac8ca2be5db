import { type Layer, sourcesOf, taskCount } from "./layer.ts";

/** What is wanted of a layer: all of its blocks, or the blocks at these positions. */
export interface Want {
  readonly layer: Layer;
  readonly indices: Uint32Array | null;
}

/** Layers in an order in which each comes after those it reads, and what is wanted of them. */
export interface Graph {
  readonly layers: readonly Layer[];
  readonly wants: readonly Want[];
}

/** All blocks of a layer. */
export const wantAll = (layer: Layer): Want => ({ layer, indices: null });

/** How many tasks are wanted. */
export const wantCount = (want: Want): number => want.indices?.length ?? taskCount(want.layer);

/** The graph of everything that is reachable from what is wanted; layers of one name are one layer. */
export function graphOf(wants: readonly Want[]): Graph {
  const byName = new Map<string, Layer>();
  const visit = (root: Layer): void => {
    const stack: { layer: Layer; next: number; sources: readonly Layer[] }[] = [];
    const push = (layer: Layer): void => {
      if (!byName.has(layer.name) && !open.has(layer.name)) {
        open.add(layer.name);
        stack.push({ layer, next: 0, sources: sourcesOf(layer) });
      }
    };
    const open = new Set<string>();
    push(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const source = top.sources[top.next++];
      if (source !== undefined) push(source);
      else byName.set((stack.pop() as typeof top).layer.name, top.layer);
    }
  };
  for (const want of wants) visit(want.layer);
  return { layers: [...byName.values()], wants };
}
