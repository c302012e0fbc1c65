import type { Tensor } from '../tf.ts'

/** x held in [-range, range]. NaN stays: `tf.clipByValue` makes -range of it on wasm, and what a broken model draws would look black. */
export const clipped = (x: Tensor, range: number): Tensor => x.minimum(range).maximum(-range)
