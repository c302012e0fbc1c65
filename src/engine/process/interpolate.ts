// Linear and spherical interpolation of two tensors of equal shape.
import { checkShape } from './coefficients.ts'
import type { Tensor } from '../base/tf.ts'

/** a + w (b - a). */
export const lerp = (a: Tensor, b: Tensor, w: number): Tensor => a.add(b.sub(a).mul(w))

/** Above this cosine the items are treated as parallel: the sine of their angle is too small. */
const PARALLEL = 0.9995

/**
 * Spherical interpolation of the items of a batch (Shoemake 1985):
 * sin((1 - w) Ω) / sin Ω a + sin(w Ω) / sin Ω b with the angle Ω between the two. Unlike linear
 * interpolation it preserves the norm of noise. `a` and `b` `[b, ...]`.
 */
export function slerp(a: Tensor, b: Tensor, w: number): Tensor {
  checkShape(b, a, 'b', 'a')
  const axes = a.shape.map((_, axis) => axis).slice(1)
  const length = (x: Tensor) => x.square().sum(axes, true).sqrt()
  const cosine = a
    .mul(b)
    .sum(axes, true)
    .div(length(a).mul(length(b)).maximum(1e-30))
  const parallel = cosine.abs().greater(PARALLEL)
  const angle = cosine.clipByValue(-PARALLEL, PARALLEL).acos()
  const sine = angle.sin()
  const round = a
    .mul(
      angle
        .mul(1 - w)
        .sin()
        .div(sine),
    )
    .add(b.mul(angle.mul(w).sin().div(sine)))
  return lerp(a, b, w).where(parallel.broadcastTo(a.shape), round)
}
