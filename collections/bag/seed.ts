import { uniqueToken } from "../../runtime/base/random.ts";

/** A seed that nobody chose. */
export const freshSeed = (): number => Buffer.from(uniqueToken(), "base64url").readUInt32LE(0);
