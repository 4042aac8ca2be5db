import { JetStreamApiError } from "@nats-io/jetstream";
import { ShoalError } from "../base/errors.ts";

/** The stream's newest message is not the one that was expected. */
const WRONG_LAST_SEQUENCE = 10071;
/** Whether it is cannot be told yet: a message before it is still on its way to the other servers, which may be one's own. */
const UNKNOWN_LAST_SEQUENCE = 10164;
/** Its id is not the one that was expected, or the server does not know it. */
const WRONG_LAST_ID = 10070;
const NO_STREAM = 10059;
const NO_MESSAGE = 10037;
const NO_PEERS = [10005, 10074];

export const isWrongSequence = (error: unknown): boolean => codeOf(error) === WRONG_LAST_SEQUENCE;
export const isWrongLastId = (error: unknown): boolean => codeOf(error) === WRONG_LAST_ID;
export const isNoStream = (error: unknown): boolean => codeOf(error) === NO_STREAM;
export const isNoMessage = (error: unknown): boolean => codeOf(error) === NO_MESSAGE;
/** The cluster of servers has not the places that replicas need. */
export const isNoPeers = (error: unknown): boolean => NO_PEERS.includes(codeOf(error) ?? 0);

function codeOf(error: unknown): number | undefined {
  return error instanceof JetStreamApiError ? error.code : undefined;
}

/**
 * What a call to JetStream failed with, as an error of Shoal's. `what` is the clause it stands in.
 * @param isOpen it was opened before, so where nobody answers now, somebody will: servers choose another leader
 */
export function jetStreamError(error: unknown, what: string, isOpen = true): ShoalError {
  if (error instanceof ShoalError) return error;
  // The library does not give its class away.
  const isUnanswered = error instanceof Error && error.name === "JetStreamNotEnabled";
  if (isUnanswered && isOpen)
    return new ShoalError(`${what}: no server answers for it at this moment`, {
      code: "CONNECT",
      retryable: true,
      cause: error,
    });
  if (isUnanswered)
    return new ShoalError(
      `${what}: the NATS server runs without JetStream; start it with \`nats-server -js\` or \`npx shoal nats --jetstream\``,
      { code: "NOT_SUPPORTED", cause: error },
    );
  const words = error instanceof Error ? error.message : String(error);
  if (error instanceof JetStreamApiError) {
    const isSoonOver = error.status === 503 || error.code === UNKNOWN_LAST_SEQUENCE;
    return new ShoalError(`${what}: JetStream refuses (${words}, code ${error.code})`, {
      code: isSoonOver ? "CONNECT" : "NOT_SUPPORTED",
      retryable: isSoonOver,
      cause: error,
    });
  }
  const isLate = error instanceof Error && /timeout/i.test(error.name + words);
  return new ShoalError(`${what}: ${words}`, { code: isLate ? "TIMEOUT" : "CONNECT", retryable: true, cause: error });
}
