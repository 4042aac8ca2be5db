/** Edges of a slab: rows from `base` on, inputs as rows of the whole scheduler. */
interface SlabEdges {
  readonly base: number;
  readonly count: number;
  readonly inputOffsets: Uint32Array;
  readonly inputs: Uint32Array;
}

/** Static order of a slab's rows, or null where nothing in it reads anything in it. */
export function rankTable(edges: SlabEdges): Uint32Array | null {
  const { base, count } = edges;
  if (!edges.inputs.some((row) => row >= base && row < base + count)) return null;
  const ranks = new Uint32Array(count).fill(UNRANKED);
  let next = 0;
  const stack: number[] = [];
  for (let root = 0; root < count; root++) {
    stack.push(root);
    for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
      let open = false;
      if (ranks[at] === UNRANKED)
        for (let e = edges.inputOffsets[at] as number; e < (edges.inputOffsets[at + 1] as number); e++) {
          const input = (edges.inputs[e] as number) - base;
          if (input < 0 || input >= count || ranks[input] !== UNRANKED) continue;
          stack.push(input);
          open = true;
        }
      if (open) continue;
      stack.pop();
      if (ranks[at] === UNRANKED) ranks[at] = next++;
    }
  }
  return ranks;
}

const UNRANKED = 0xffffffff;
