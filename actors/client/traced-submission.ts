import { currentTracer } from "../../runtime/base/tracing.ts";
import type { SubmitMessage } from "../../runtime/protocol/client-scheduler.ts";
import type { SubmissionRecord } from "./submission-record.ts";

/** Sends a submission, within a span that ends when all it asked for is settled, if this thread traces. */
export function sendTraced(
  message: SubmitMessage,
  count: number,
  send: (message: SubmitMessage, count: number) => SubmissionRecord,
): SubmissionRecord {
  const { layers } = message;
  const span = currentTracer()?.start("shoal.submit", { "shoal.layers": layers.length, "shoal.wants": count });
  if (span === undefined) return send(message, count);
  const record = send({ ...message, trace: span.context }, count);
  record.whenAll().then(() => span.end(), span.end);
  return record;
}
