import type { LayerBuilder } from '../builder.ts'

/** Divides by a number, if it is not 1. */
export const divide = <F>(b: LayerBuilder<F>, x: F, by: number): F =>
  by === 1 ? x : b.add('divide', [x], { by })
