/** Whether the element at one place comes before that at another. */
export type PlaceOrder = (i: number, j: number) => boolean;

/** So few least elements are looked for one after another. */
const FEW = 3;

/**
 * Brings the place of the k-th element in rising order to position k: those before it come before, those behind do not; O(n).
 * Equal elements end up where NumPy's selection leaves them, since the same elements are compared and swapped: the middle
 * of three is the pivot.
 */
export function selectPlaces(places: Uint32Array, k: number, isBefore: PlaceOrder): void {
  if (k < FEW) {
    selectLeast(places, k + 1, isBefore);
    return;
  }
  const at = (position: number): number => places[position] as number;
  let [low, high] = [0, places.length - 1];
  for (let left = 2 * Math.log2(places.length); low + 1 < high; left--) {
    if (left < 0) return sortRange(places, low, high, isBefore);
    middleToLow(places, low, high, isBefore);
    const pivot = at(low);
    let [up, down] = [low + 1, high];
    for (;;) {
      do up++;
      while (isBefore(at(up), pivot));
      do down--;
      while (isBefore(pivot, at(down)));
      if (down < up) break;
      swap(places, up, down);
    }
    swap(places, low, down);
    if (down >= k) high = down - 1;
    if (down <= k) low = up;
  }
  if (high === low + 1 && isBefore(at(high), at(low))) swap(places, low, high);
}

function selectLeast(places: Uint32Array, count: number, isBefore: PlaceOrder): void {
  for (let i = 0; i < count; i++) {
    let least = i;
    for (let j = i + 1; j < places.length; j++) if (isBefore(places[j] as number, places[least] as number)) least = j;
    swap(places, i, least);
  }
}

/** Of the first, the middle and the last, the middle one goes first and the least second: both ends stop a walk. */
function middleToLow(places: Uint32Array, low: number, high: number, isBefore: PlaceOrder): void {
  const middle = low + ((high - low) >> 1);
  const order = (one: number, other: number): void => {
    if (isBefore(places[one] as number, places[other] as number)) swap(places, one, other);
  };
  order(high, middle);
  order(high, low);
  order(low, middle);
  swap(places, middle, low + 1);
}

/** What rows made to mislead the choice of pivots get: no more than a sort. */
function sortRange(places: Uint32Array, low: number, high: number, isBefore: PlaceOrder): void {
  places.subarray(low, high + 1).sort((i, j) => (isBefore(i, j) ? -1 : Number(isBefore(j, i))));
}

function swap(places: Uint32Array, i: number, j: number): void {
  const one = places[i] as number;
  places[i] = places[j] as number;
  places[j] = one;
}
