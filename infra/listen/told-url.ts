import { bracketed, outwardHost } from "./listen-host.ts";

const CONTACT = /^(?:([a-z]+:\/\/))?(\[[^\]]+\]|[^:/\s]+)(?::(\d+))?\/?$/i;

/** What others are told of where something listens. */
export interface ToldPlace {
  /** "http", "nats" */
  readonly scheme: string;
  /** Where it listens. */
  readonly address: string;
  readonly port: number;
  /** Where others reach it, if that is another place: "host", "host:port", or a whole address without a path. */
  readonly contact?: string | undefined;
}

/**
 * The address that others are told: "http://[::1]:8787". A contact without a port has the one that is listened at, unless it is a whole address.
 * @throws SyntaxError for a contact that is no such
 */
export function toldUrl({ scheme, address, port, contact }: ToldPlace): string {
  if (contact === undefined) return `${scheme}://${bracketed(outwardHost(address))}:${port}`;
  const bare = bracketed(contact);
  const [, given, host, told] = CONTACT.exec(bare) ?? [];
  if (host === undefined || Number(told ?? 0) > 65_535)
    throw new SyntaxError(
      `"${contact}" is no address to be told: write "host", "host:port" or "${scheme}://host:port"`,
    );
  if (given !== undefined) return `${given}${host}${told === undefined ? "" : `:${told}`}`;
  return `${scheme}://${host}:${told ?? port}`;
}
