import { isIPv6 } from "node:net";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";

/** Where to listen: an address or name of this machine, or the address of one of its network interfaces. */
export interface ListenPlace {
  readonly host?: string | undefined;
  /** "eth0" */
  readonly interface?: string | undefined;
}

type Known = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

const HERE = "127.0.0.1";

/**
 * The address to listen at; 127.0.0.1 unless told otherwise.
 * @throws TypeError for both a host and an interface; RangeError for an interface that is not there, or has no address
 */
export function listenHost({ host, interface: name }: ListenPlace, known: Known = networkInterfaces()): string {
  if (name === undefined) return withoutBrackets(host ?? HERE);
  if (host !== undefined)
    throw new TypeError(`Both the host ${host} and the interface ${name} are told to listen at; give one of them`);
  const addresses = known[name];
  if (addresses === undefined)
    throw new RangeError(`There is no network interface "${name}"; there are ${Object.keys(known).join(", ")}`);
  const found =
    addresses.find(({ family }) => family === "IPv4") ?? addresses.find((one) => !isLinkLocal(one)) ?? addresses[0];
  if (found === undefined) throw new RangeError(`The network interface "${name}" has no address`);
  return isLinkLocal(found) ? `${found.address}%${name}` : found.address;
}

/** "[::1]" is how it stands in addresses. */
const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, "$1");

const isLinkLocal = ({ address }: NetworkInterfaceInfo): boolean => /^fe80:/i.test(address);

/** An address that other machines may reach this one by, where it listens at all of its addresses; else the one it listens at. */
export function outwardHost(address: string, known: Known = networkInterfaces()): string {
  if (address !== "0.0.0.0" && address !== "::") return address;
  const outward = Object.values(known)
    .flatMap((addresses) => addresses ?? [])
    .filter((one) => !one.internal && !isLinkLocal(one));
  const plain = outward.find(({ family }) => family === "IPv4");
  // Who listens at "::" is reached by both.
  const found = plain ?? (address === "::" ? outward[0] : undefined);
  return found?.address ?? (address === "::" ? "::1" : HERE);
}

/** As it stands in an address: "[::1]". */
export const bracketed = (host: string): string => (isIPv6(host) ? `[${host.replace("%", "%25")}]` : host);
