import { isMainThread } from "node:worker_threads";
import { registerValue } from "shoal";

/** Says whether it was written and read by the main thread of its process. */
export class CodedWhere {
  constructor(written, read) {
    this.written = written;
    this.read = read;
  }
}

registerValue({
  name: "test.CodedWhere",
  class: CodedWhere,
  encode: () => (isMainThread ? "main" : "other"),
  decode: (written) => new CodedWhere(written, isMainThread ? "main" : "other"),
  module: import.meta.url,
});
