import { ShoalError } from "../../runtime/base/errors.ts";

/**
 * Stands for a result that cannot be had in this process, for a reason that another try would not mend: its holder cannot
 * write it, or nobody can read it here. It lies in the result's place, so that who asks learns why.
 */
export class ChunkFault {
  readonly reason: string;

  constructor(reason: unknown) {
    this.reason = reason instanceof Error ? reason.message : String(reason);
  }

  /** What a task fails with that reads it, or a client that gathers it. */
  get error(): ShoalError {
    return new ShoalError(
      `A result cannot be moved between processes: ${this.reason}. Return plain data, or register its class`,
      { code: "NOT_PORTABLE" },
    );
  }
}
