import { constants, inflateRaw } from "node:zlib";

/** What the first bytes of a deflated file unpack to, as far as they go. */
export const inflatedHead = (packed: Uint8Array): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    inflateRaw(packed, { finishFlush: constants.Z_SYNC_FLUSH }, (error, bytes) =>
      error === null ? resolve(bytes) : reject(error),
    );
  });
