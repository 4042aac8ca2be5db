import { hash128, hashOf, hashText } from "../base/hash.ts";
import type { Captured, FunctionSpec, SourceFunction } from "./function-spec.ts";
import { encodeValue } from "./value.ts";

const valueHashes = new WeakMap<Captured, string>();

/** The hash of a source function: its text, its captured values and the functions it captures, through cycles too. */
export function sourceHash(spec: SourceFunction): string {
  const parts: string[] = [];
  const met = new Map<FunctionSpec, number>();
  const write = (one: FunctionSpec): void => {
    const known = met.get(one);
    if (known !== undefined) {
      parts.push("again", String(known));
      return;
    }
    met.set(one, met.size);
    if (one.kind === "named") parts.push("named", one.module, one.exportName);
    else if (one.kind === "source") {
      parts.push("source", one.source);
      for (const name of Object.keys(one.captures).sort()) writeCaptured(name, one.captures[name] as Captured);
      parts.push("end");
    }
  };
  const writeCaptured = (name: string, captured: Captured): void => {
    parts.push(name, captured.kind);
    if (captured.kind === "value") parts.push(capturedValueHash(captured));
    else write(captured.spec);
  };
  write(spec);
  return hashOf(JSON.stringify(parts));
}

function capturedValueHash(captured: Captured & { kind: "value" }): string {
  let hash = valueHashes.get(captured);
  if (hash === undefined) {
    const { head, buffers } = encodeValue(captured.value, { shareMemory: true });
    // Fresh memory: a Buffer at an odd address cannot be read as words.
    hash = [head, ...buffers].map((bytes) => hashText(hash128(new Uint8Array(bytes)))).join(".");
    valueHashes.set(captured, hash);
  }
  return hash;
}
