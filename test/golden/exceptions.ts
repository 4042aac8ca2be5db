/** Cases that are known not to pass, each with the reason; the runner prints them. A case that passes may not stand here. */
export const exceptions: ReadonlyMap<string, string> = new Map([
  ["array/dtype.string/2", "arrays here hold no text: numpy's <U"],
  ["array/dtype.string/3", "arrays here hold no text: numpy's <U"],
  ["array/where/3", "arrays here hold no text: numpy's <U"],
  [
    "array/map.apply_along_axis/3",
    "Dask tells of chunks (1,) that its block of length 4 does not have; here they agree",
  ],
  [
    "array/map.apply_along_axis/4",
    "Dask tells of chunks (1,) that its block of length 3 does not have; here they agree",
  ],
]);
