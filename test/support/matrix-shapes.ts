/** Rows and columns of matrices that decompositions are tried on: tall, square, wide, of one row or column, larger than a tile. */
export const MATRIX_SHAPES = [
  [7, 3],
  [5, 5],
  [3, 8],
  [1, 4],
  [4, 1],
  [40, 33],
] as const;
