import { wasm } from "../../../../runtime/base/web-assembly.ts";
import { ARENA_PAGES, arenaMemory } from "./arena.ts";
import { type Code, get, i64x2, set, unsigned, V128, type ValueType } from "./instructions.ts";

export type WasmFunction = (...args: number[]) => number;

const modules = new WeakMap<WasmFunction, object>();
/** What a function was made of: another thread makes the same of it. */
export const moduleOf = (run: WasmFunction): object => modules.get(run) as object;

/** A function to be made of instructions: parameters are the first locals. */
export class FunctionBuilder {
  private readonly parameters: readonly ValueType[];
  private readonly types: ValueType[] = [];
  /** The locals of constants, by the bits of their lanes. */
  private readonly constants = new Map<bigint, number>();
  private readonly prologue: Code[] = [];

  constructor(parameters: readonly ValueType[]) {
    this.parameters = parameters;
  }

  /** Numbers of new locals, by name. */
  locals<Name extends string>(type: ValueType, ...names: Name[]): Record<Name, number> {
    return Object.fromEntries(names.map((name) => [name, this.local(type)])) as Record<Name, number>;
  }

  /** A new local's number. */
  local(type: ValueType): number {
    return this.parameters.length + this.types.push(type) - 1;
  }

  /**
   * Twice a 64-bit pattern, from a local that is set before all else: the engine would make a constant vector anew at each use, with
   * three instructions, and keeps loads from memory in their order, for which it runs out of registers.
   */
  twice(bits: bigint): Code {
    let local = this.constants.get(bits);
    if (local === undefined) {
      local = this.local(V128);
      this.constants.set(bits, local);
      this.prologue.push(set(local, i64x2.const(bits)));
    }
    return get(local);
  }

  /** Twice a double, as {@link twice}. */
  double(value: number): Code {
    return this.twice(new BigInt64Array(Float64Array.of(value).buffer)[0] as bigint);
  }

  /** The function over the arena's memory; undefined where there is none. */
  build(body: Code, results: readonly ValueType[] = []): WasmFunction | undefined {
    const memory = arenaMemory();
    if (memory === null) return undefined;
    const type = [0x60, ...list(this.parameters.map((one) => [one])), ...list(results.map((one) => [one]))];
    const code = [...list(this.types.map((one) => [1, one])), ...this.prologue.flat(), ...body, 0x0b];
    // Memory that threads share is imported as such, and with its size.
    const pages = unsigned(ARENA_PAGES);
    const limits = memory.buffer instanceof SharedArrayBuffer ? [0x03, ...pages, ...pages] : [0x00, 1];
    const bytes = Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, list([type])),
      ...section(2, list([[...name("arena"), ...name("memory"), 0x02, ...limits]])),
      ...section(3, list([[0]])),
      ...section(7, list([[...name("run"), 0x00, 0]])),
      ...section(10, list([[...unsigned(code.length), ...code]])),
    ]);
    const module = new wasm.Module(bytes);
    const instance = new wasm.Instance(module, { arena: { memory } });
    const run = instance.exports["run"] as WasmFunction;
    modules.set(run, module);
    return run;
  }
}

const list = (items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: Code): number[] => [id, ...unsigned(content.length), ...content];
const name = (text: string): number[] => list([...text].map((letter) => [letter.charCodeAt(0)]));
