// The upper tail of the standard normal distribution, with a small relative error. 1 + erf has few
// digits left where erf is close to -1, so the tail is based on erfc instead.
import type { Tensor } from '../base/tf.ts'

/**
 * Φ(-a) = exp(-a² / 2) t P(t) for a >= 0, with t = 1 / (1 + `scale` a) and the coefficients of P in
 * ascending order. Least maximum of the relative error for a from 0 to 14.5, where float32 ends:
 * 4e-9 in exact arithmetic, 3e-7 in float32.
 */
export const tailFit = {
  scale: 0.3,
  coefficients: [
    0.11968669006132, 0.11957180888893, 0.11023546759918, 0.0783894444018, 0.09615743787588,
    -0.07942463583497, 0.19178592604695, -0.2282146512671, 0.11243606256255, -0.02062355206439,
  ],
}

/**
 * a² / 2 is h² / 2 + (a - h) (a + h) / 2 with h = a rounded to multiples of this. h² is exact, so
 * that exp(-a² / 2) has a relative error of a few 1e-7 instead of a² 3e-8.
 */
export const SQUARE_GRID = 1 / 16

/** Beyond this, Φ(-a) is 0 in float32. Larger arguments are clamped, so that their squares are finite. */
export const TAIL_END = 16

/** exp(-a² / 2) for 0 <= a <= {@link TAIL_END}. */
export function halfSquareExp(a: Tensor): Tensor {
  const h = a.div(SQUARE_GRID).round().mul(SQUARE_GRID)
  const rest = a.sub(h).mul(a.add(h)).mul(-0.5)
  return h.square().mul(-0.5).exp().mul(rest.exp())
}

/** Φ(-a) / exp(-a² / 2) for a >= 0. */
export function scaledTail(a: Tensor): Tensor {
  const t = a.mul(tailFit.scale).add(1).reciprocal()
  const [last, second, ...rest] = tailFit.coefficients.toReversed()
  const first = t.mul(last).add(second)
  return rest.reduce((sum, coefficient) => sum.mul(t).add(coefficient), first).mul(t)
}
