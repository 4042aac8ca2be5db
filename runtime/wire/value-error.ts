import {
  CancelledError,
  InvariantError,
  OverloadedError,
  ShoalError,
  TaskError,
  TimeoutError,
} from "../base/errors.ts";
import { undecodable } from "./sections.ts";
import type { Lowering, Raising } from "./value-tag.ts";

/** Error classes that come back as themselves; others come back as the nearest ancestor that is listed. */
const errorClasses: readonly (readonly [string, object])[] = [
  ["TaskError", TaskError.prototype],
  ["CancelledError", CancelledError.prototype],
  ["TimeoutError", TimeoutError.prototype],
  ["OverloadedError", OverloadedError.prototype],
  ["ShoalError", ShoalError.prototype],
  ["InvariantError", InvariantError.prototype],
  ["DOMException", DOMException.prototype],
  ["AggregateError", AggregateError.prototype],
  ["EvalError", EvalError.prototype],
  ["RangeError", RangeError.prototype],
  ["ReferenceError", ReferenceError.prototype],
  ["SyntaxError", SyntaxError.prototype],
  ["TypeError", TypeError.prototype],
  ["URIError", URIError.prototype],
  ["Error", Error.prototype],
];
const nameOfPrototype = new Map(errorClasses.map(([name, prototype]) => [prototype, name]));
const prototypeOfName = new Map(errorClasses);
const written = new Set(["name", "message", "stack", "cause", "errors"]);

/** `[class, name, message, stack, fields, …cause and errors where there are]`; fields that cannot travel are described. */
export function lowerError(error: Error, to: Lowering): unknown[] {
  const fields: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(error))
    if (!written.has(name)) fields[name] = to.lowerOrDescribe((error as unknown as Record<string, unknown>)[name]);
  const extras: Record<string, unknown> = {};
  if (Object.hasOwn(error, "cause")) extras["cause"] = to.lowerOrDescribe(error.cause);
  if (error instanceof AggregateError) extras["errors"] = error.errors.map((one) => to.lowerOrDescribe(one));
  return [
    nearestClass(error),
    to.lower(String(error.name)),
    to.lower(String(error.message)),
    typeof error.stack === "string" ? to.lower(error.stack) : null,
    to.escapeFields(fields),
    extras,
  ];
}

function nearestClass(error: Error): string {
  for (let at: object | null = Object.getPrototypeOf(error); at !== null; at = Object.getPrototypeOf(at)) {
    const name = nameOfPrototype.get(at);
    if (name !== undefined) return name;
  }
  return "Error";
}

/** The error again: its class, its text, the stack of where it rose, its own fields and causes. */
export function raiseError(content: unknown, from: Raising): Error {
  if (!Array.isArray(content) || content.length !== 6) throw undecodable("An error is not described by six parts");
  const [className, name, message, stack, fields, extras] = content;
  const prototype = prototypeOfName.get(className);
  if (prototype === undefined) throw undecodable(`Error class ${String(className)} is not known here`);
  const error = from.begin(
    className === "DOMException"
      ? new DOMException(String(from.raise(message)), String(from.raise(name)))
      : Reflect.construct(Error, [], prototype.constructor as new () => Error),
  ) as Error;
  if (className !== "DOMException") {
    hide(error, "message", from.raise(message));
    const raisedName = from.raise(name);
    if (error.name !== raisedName) hide(error, "name", raisedName);
  }
  hide(error, "stack", from.raise(stack) ?? undefined);
  from.raiseFields(fields, error);
  if (typeof extras !== "object" || extras === null) throw undecodable("An error's causes are no record");
  if ("cause" in extras) hide(error, "cause", from.raise(extras.cause));
  if ("errors" in extras) hide(error, "errors", from.raiseList(extras.errors));
  return error;
}

/** As the language has them: own, changeable, and not listed. */
function hide(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, writable: true, enumerable: false, configurable: true });
}
