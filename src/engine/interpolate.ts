// Between two things of one shape: along the line, or along the sphere that noise lies on.
import { checkShape } from './coefficients.ts'
import type { Tensor } from './tf.ts'

/** a + w (b - a). */
export const lerp = (a: Tensor, b: Tensor, w: number): Tensor => a.add(b.sub(a).mul(w))

/** Above this cosine the two are as good as parallel, and the sine of their angle nothing to divide by. */
const PARALLEL = 0.9995

/**
 * Spherical interpolation of the items of a batch (Shoemake 1985): sin((1 - w) Ω) / sin Ω a + sin(w Ω) / sin Ω b, with Ω the angle
 * between the two. Noise in between is as long as noise is, where the line would make it too short. `a` and `b` `[b, ...]`.
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
