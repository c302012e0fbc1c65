// Shapes of arrays.

/** Number of elements of an array of this shape. */
export const countElements = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1)
