// Where the page lies on its server: behind a proxy it may have a prefix.

const prefix = document.documentElement.dataset.prefix ?? "";

/** The address of a path of this page: at("/status") */
export const at = (path) => `${prefix}${path}`;

/** The path of an address, without the prefix; undefined for what is no page of this server. */
export function pathOf(address) {
  if (prefix !== "" && !address.startsWith(`${prefix}/`)) return undefined;
  return address.slice(prefix.length);
}
