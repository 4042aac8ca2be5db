/** Shoal's version: client, scheduler and workers of one cluster run the same. A test holds it to package.json. */
export const VERSION = "0.1.0";
