import { addressFinder } from "../../runtime/base/address-of.ts";
import { type NativeFunction, nativeLoader } from "../../runtime/base/native-loader.ts";

/** A stretch of a process's memory. */
export interface MemoryPlace {
  readonly address: number;
  readonly bytes: number;
}

/** Bytes of one call, and how many are under way: two cores copy better than one, and a thread of the pool stays free for others. */
const CALL_BYTES_MAX = 4 * 2 ** 20;
const CALLS_MAX = 3;
/** Linux takes no more stretches in one call (IOV_MAX). */
const PLACES_MAX = 1024;

interface System {
  readonly addressOf: (view: Uint8Array) => number;
  readonly read: NativeFunction;
}

let system: System | null | undefined;

/**
 * Where views lie in this process; they stay there while something holds them. Undefined where it cannot be told: on systems
 * other than Linux, or where koffi is not installed.
 */
export function placesOf(views: readonly Uint8Array[]): MemoryPlace[] | undefined {
  system ??= bound();
  if (system === null) return undefined;
  const { addressOf } = system;
  return views.map(({ buffer, byteOffset, byteLength: bytes }) => {
    // The engine moves small arrays about until they are asked for their buffer.
    return { address: addressOf(new Uint8Array(buffer, byteOffset, bytes)), bytes };
  });
}

/**
 * Fills `into` with what lies in places of another process, one after the other, in a single copy. False where the system does
 * not let this user look there, or there is less: what `into` holds then is to be written over.
 */
export async function readNear(pid: number, places: readonly MemoryPlace[], into: Uint8Array): Promise<boolean> {
  const [home] = placesOf([into]) ?? [];
  if (home === undefined) return false;
  const calls = callsOf(places, home.address);
  if (calls.reduce((sum, { bytes }) => sum + bytes, 0) !== into.byteLength) return false;
  let isComplete = true;
  const lane = async (): Promise<void> => {
    for (let call = calls.shift(); call !== undefined && isComplete; call = calls.shift())
      if ((await readOnce(pid, call)) !== call.bytes) isComplete = false;
  };
  await Promise.all(Array.from({ length: CALLS_MAX }, lane));
  // Memory that is written to must outlive the calls.
  return isComplete && into.byteLength >= 0;
}

interface Call {
  readonly to: number;
  readonly from: MemoryPlace[];
  bytes: number;
}

function callsOf(places: readonly MemoryPlace[], home: number): Call[] {
  const calls: Call[] = [];
  let open: Call | undefined;
  let to = home;
  for (const { address, bytes } of places)
    for (let done = 0; done < bytes; ) {
      if (open === undefined || open.bytes === CALL_BYTES_MAX || open.from.length === PLACES_MAX) {
        open = { to, from: [], bytes: 0 };
        calls.push(open);
      }
      const now = Math.min(bytes - done, CALL_BYTES_MAX - open.bytes);
      open.from.push({ address: address + done, bytes: now });
      open.bytes += now;
      done += now;
      to += now;
    }
  return calls;
}

/** Bytes that were read; below 0 if it may not be. */
function readOnce(pid: number, { to, from, bytes }: Call): Promise<number> {
  const here = stretches([{ address: to, bytes }]);
  const there = stretches(from);
  return new Promise((resolve) => {
    (system as System).read.async(pid, here, 1, there, from.length, 0, (error: unknown, count: unknown) => {
      // Both tables are the call's until now.
      resolve(error === null && here.length + there.length > 0 ? Number(count) : -1);
    });
  });
}

/** As `struct iovec` has them. */
const stretches = (places: readonly MemoryPlace[]): BigUint64Array =>
  BigUint64Array.from(places.flatMap(({ address, bytes }) => [BigInt(address), BigInt(bytes)]));

function bound(): System | null {
  if (process.platform !== "linux") return null;
  try {
    const own = nativeLoader()?.load(null);
    if (own === undefined) return null;
    return {
      addressOf: addressFinder(own),
      read: own.func(
        "intptr_t process_vm_readv(int pid, const void *here, unsigned long heres, const void *there, unsigned long theres, unsigned long flags)",
      ),
    };
  } catch {
    // A C library without that call.
    return null;
  }
}
