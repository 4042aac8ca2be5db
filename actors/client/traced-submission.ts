import { currentTracer } from "../../runtime/base/tracing.ts";
import type { SubmitMessage } from "../../runtime/protocol/client-scheduler.ts";
import { SpanEars, type SpanEarsOptions } from "./span-ears.ts";
import type { SubmissionRecord } from "./submission-record.ts";

const ears = new WeakMap<SpanEarsOptions, SpanEars>();

/** Sends a submission, within a span that ends when all it asked for is settled, if this thread traces. */
export function sendTraced(
  message: SubmitMessage,
  count: number,
  client: SpanEarsOptions,
  send: (message: SubmitMessage, count: number) => SubmissionRecord,
): SubmissionRecord {
  const { layers } = message;
  const span = currentTracer()?.start("shoal.submit", { "shoal.layers": layers.length, "shoal.wants": count });
  if (span === undefined) return send(message, count);
  const close = earsOf(client).open(span.context);
  const record = send({ ...message, trace: span.context }, count);
  record
    .whenAll()
    .then(() => span.end(), span.end)
    .finally(close);
  return record;
}

function earsOf(client: SpanEarsOptions): SpanEars {
  let own = ears.get(client);
  if (own === undefined) ears.set(client, (own = new SpanEars(client)));
  return own;
}
