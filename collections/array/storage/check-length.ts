import { ShoalError } from "../../../runtime/base/errors.ts";

/** @throws ShoalError DECODE if a file is too short for the array that its head tells of */
export function checkLength(path: string, sizeBytes: number, needed: number): void {
  if (sizeBytes < needed)
    throw new ShoalError(
      `${path} has ${sizeBytes} bytes, and the array it should hold needs ${needed}: it is cut off`,
      {
        code: "DECODE",
        details: { path, sizeBytes, needed },
      },
    );
}
