/** Loaded ahead by workers: leaves its mark where tasks find it. */
export async function setup({ worker, cluster }) {
  await undefined;
  globalThis.shoalPreloaded = [...(globalThis.shoalPreloaded ?? []), { worker, cluster }];
}
