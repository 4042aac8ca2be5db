import type { Arg, Call } from "./call.ts";

/** Rewrites every argument that stands at the end of a branch (all but calls, lists and records), `lets` included. */
export function mapLeaves(call: Call, rewrite: (leaf: Arg) => Arg): Call {
  const mapArg = (arg: Arg): Arg => {
    if (arg.kind === "call") return { kind: "call", call: mapLeaves(arg.call, rewrite) };
    if (arg.kind === "list" || arg.kind === "record") return { ...arg, items: arg.items.map(mapArg) };
    return rewrite(arg);
  };
  const args = call.args.map(mapArg);
  return call.lets === undefined
    ? { ...call, args }
    : { ...call, args, lets: call.lets.map((one) => mapLeaves(one, rewrite)) };
}

/** Calls `see` with every argument that stands at the end of a branch. */
export function eachLeaf(call: Call, see: (leaf: Arg) => void): void {
  const visit = (arg: Arg): void => {
    if (arg.kind === "call") eachLeaf(arg.call, see);
    else if (arg.kind === "list" || arg.kind === "record") arg.items.forEach(visit);
    else see(arg);
  };
  call.args.forEach(visit);
  call.lets?.forEach((one) => {
    eachLeaf(one, see);
  });
}

/** How many calls a call makes, itself included. */
export function callSize(call: Call): number {
  let size = 1;
  const visit = (arg: Arg): void => {
    if (arg.kind === "call") size += callSize(arg.call);
    else if (arg.kind === "list" || arg.kind === "record") arg.items.forEach(visit);
  };
  call.args.forEach(visit);
  for (const one of call.lets ?? []) size += callSize(one);
  return size;
}

/** How deep calls stand inside each other; evaluation recurses that deep. */
export function callDepth(call: Call): number {
  let deepest = 0;
  const visit = (arg: Arg): void => {
    if (arg.kind === "call") deepest = Math.max(deepest, callDepth(arg.call));
    else if (arg.kind === "list" || arg.kind === "record") arg.items.forEach(visit);
  };
  call.args.forEach(visit);
  for (const one of call.lets ?? []) deepest = Math.max(deepest, callDepth(one));
  return deepest + 1;
}

/**
 * The same call with all `lets` at the top, so that there is one scope: a nested call with lets of its own sees only
 * those. Lets are evaluated in order, so a hoisted one stands before the let that held it.
 */
export function hoistLets(call: Call): Call {
  const lets: Call[] = [];
  const flat = (one: Call, scope: readonly number[]): Call => {
    const inner = one.lets === undefined ? scope : hoisted(one.lets);
    const { lets: _gone, ...rest } = one;
    return { ...rest, args: one.args.map((arg) => flatArg(arg, inner)) };
  };
  const hoisted = (own: readonly Call[]): number[] => {
    const scope: number[] = [];
    for (const one of own) {
      const at = flat(one, scope);
      scope.push(lets.push(at) - 1);
    }
    return scope;
  };
  const flatArg = (arg: Arg, scope: readonly number[]): Arg => {
    if (arg.kind === "let") return { kind: "let", at: scope[arg.at] as number };
    if (arg.kind === "call") return { kind: "call", call: flat(arg.call, scope) };
    if (arg.kind === "list" || arg.kind === "record")
      return { ...arg, items: arg.items.map((item) => flatArg(item, scope)) };
    return arg;
  };
  const top = flat(call, []);
  return lets.length === 0 ? top : { ...top, lets };
}

/** The same call with every `inputs` range written as a list of single inputs. */
export function spellInputs(call: Call, inputCount: number): Call {
  return mapLeaves(call, (leaf) => {
    if (leaf.kind !== "inputs") return leaf;
    const to = leaf.count < 0 ? inputCount : Math.min(inputCount, leaf.from + leaf.count);
    const items = Array.from(
      { length: Math.max(0, to - leaf.from) },
      (_, i): Arg => ({ kind: "input", at: leaf.from + i }),
    );
    return { kind: "list", items };
  });
}

/**
 * Puts a producer's call in place of one input of a consumer: nested where it is used once, as a `let` where more
 * often. Both calls have their lets hoisted and count the same inputs otherwise.
 */
export function substituteInput(consumer: Call, at: number, producer: Call): Call {
  let uses = 0;
  eachLeaf(consumer, (leaf) => {
    if (leaf.kind === "input" && leaf.at === at) uses += 1;
  });
  if (uses === 0) return consumer;
  const { lets: producerLets = [], ...body } = producer;
  const shared = uses > 1;
  const shift = producerLets.length + (shared ? 1 : 0);
  const arg: Arg = shared ? { kind: "let", at: producerLets.length } : { kind: "call", call: body };
  const rewritten = mapLeaves(consumer, (leaf) => {
    if (leaf.kind === "input" && leaf.at === at) return arg;
    return leaf.kind === "let" ? { kind: "let", at: leaf.at + shift } : leaf;
  });
  const lets = [...producerLets, ...(shared ? [body] : []), ...(rewritten.lets ?? [])];
  return lets.length === 0 ? rewritten : { ...rewritten, lets };
}
