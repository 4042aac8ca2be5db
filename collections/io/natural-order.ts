/** Orders names as people count: `part.2` before `part.10`, as the files of a table are numbered. */
export function naturalOrder(a: string, b: string): number {
  const [one, other] = [piecesOf(a), piecesOf(b)];
  for (let at = 0; at < Math.min(one.length, other.length); at++) {
    const [left, right] = [one[at] as string, other[at] as string];
    // Pieces of digits stand at odd places in both.
    const byNumber = at % 2 === 1 ? Number(left) - Number(right) : 0;
    if (byNumber !== 0) return byNumber;
    if (left !== right) return left < right ? -1 : 1;
  }
  return one.length - other.length;
}

const piecesOf = (name: string): readonly string[] => name.split(/(\d+)/);
