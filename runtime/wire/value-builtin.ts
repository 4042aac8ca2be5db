import { undecodable } from "./sections.ts";
import { type Lowering, type Raising, valueTag } from "./value-tag.ts";

/** Built-in classes whose instances travel as they are, but errors and memory; undefined for anything else. */
export function lowerBuiltin(value: object, prototype: object, to: Lowering): unknown {
  switch (prototype) {
    case Date.prototype:
      return to.special(valueTag.date, (value as Date).getTime());
    case RegExp.prototype: {
      const { source, flags, lastIndex } = value as RegExp;
      return to.special(valueTag.regExp, [source, flags, lastIndex]);
    }
    case Map.prototype:
      return to.special(valueTag.map, to.lowerList([...(value as Map<unknown, unknown>)].flat(1)));
    case Set.prototype:
      return to.special(valueTag.set, to.lowerList([...(value as Set<unknown>)]));
    case Number.prototype:
    case String.prototype:
    case Boolean.prototype:
    case BigInt.prototype:
      return to.special(valueTag.boxed, to.lower(value.valueOf()));
    case URL.prototype:
      return to.special(valueTag.url, (value as URL).href);
    default:
      return undefined;
  }
}

/** The reverse of {@link lowerBuiltin}; undefined for the tags of others. */
export function raiseBuiltin(tag: number, content: unknown, from: Raising): object | undefined {
  switch (tag) {
    case valueTag.date:
      return from.begin(new Date(content as number));
    case valueTag.regExp:
      return from.begin(raiseRegExp(content));
    case valueTag.map:
      return raiseMap(content, from);
    case valueTag.set:
      return raiseSet(content, from);
    case valueTag.boxed:
      return raiseBoxed(content, from);
    case valueTag.url:
      return from.begin(new URL(content as string));
    default:
      return undefined;
  }
}

function raiseRegExp(content: unknown): RegExp {
  if (!Array.isArray(content)) throw undecodable("A RegExp is not described by source and flags");
  const regExp = new RegExp(content[0], content[1]);
  regExp.lastIndex = content[2];
  return regExp;
}

function raiseMap(content: unknown, from: Raising): Map<unknown, unknown> {
  const map = from.begin(new Map<unknown, unknown>());
  const flat = from.raiseList(content);
  for (let i = 0; i < flat.length; i += 2) map.set(flat[i], flat[i + 1]);
  return map;
}

function raiseSet(content: unknown, from: Raising): Set<unknown> {
  const set = from.begin(new Set<unknown>());
  for (const item of from.raiseList(content)) set.add(item);
  return set;
}

/** What a box holds is no object, so it may be raised before the box is announced. */
function raiseBoxed(content: unknown, from: Raising): object {
  const inner = from.raise(content);
  if (typeof inner === "object") throw undecodable("A boxed value holds no primitive");
  return from.begin(Object(inner));
}
