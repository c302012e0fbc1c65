// Linear multistep: Adams-Bashforth on the probability flow ODE, for steps of any length.
import { broadcastLevels, perItem } from '../process/coefficients.ts'
import { getRatios, type Levels } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import { eulerStep } from './euler.ts'
import type { StepHistory } from './history.ts'
import type { StepWith } from './step.ts'

export interface LMSOptions {
  /**
   * Number of ε in use, this one included: 1 to 4. The order of the method, once there are that
   * many.
   */
  order: number
  /**
   * Levels before the first of a list that is the rest of a longer one, newest first. They are
   * nodes of the polynomial without a prediction, which counts as 0, as in LMSDiscreteScheduler
   * of diffusers: its first steps then lose their accuracy. Default: none.
   */
  before?: readonly Levels[]
}

/**
 * One step of d(x/α) / dr = ε, r = σ/α, with ε continued by the polynomial through this one and up
 * to `order` - 1 before (sample_lms of k-diffusion, LMSDiscrete of diffusers; Hairer et al. 1993,
 * section III.5): x_s = α_s (x_t / α_t + Σ_j ∫ ℓ_j(r) dr ε_j), with the basis ℓ_j of Lagrange.
 * `xt`, `x0` and `epsilon` `[b, ...]`; `history` has earlier ε. A step from pure noise is an Euler
 * step, and later steps do not use its prediction.
 */
export function lmsStep(
  { xt, x0, epsilon, from, to, history }: StepWith<'x0' | 'epsilon'> & { history: StepHistory },
  { order, before = [] }: LMSOptions,
): Tensor {
  const [t, s] = broadcastLevels(from, to)
  const earlier = history
    .slice(0, order - 1)
    .filter(({ at }) => at.alpha.every((alpha) => alpha > 0))
  const unknown = before.slice(0, order - 1 - earlier.length)
  if (earlier.length + unknown.length === 0 || t.alpha.some((alpha) => alpha === 0))
    return eulerStep(xt, x0, from, to, epsilon)
  const others = [...earlier.map(({ at }) => at), ...unknown]
  const nodes = [t, ...others.map((at) => broadcastLevels(t, at)[1])].map(getRatios)
  const [start, end] = [getRatios(t), getRatios(s)]
  const kept = s.alpha.map((alpha, i) => alpha / t.alpha[i])
  const values = [epsilon, ...earlier.map(({ value }) => value)]
  return values.reduce(
    (x, value, j) => {
      const weight = s.alpha.map(
        (alpha, i) =>
          alpha *
          lagrangeIntegral(
            nodes.map((ratios) => ratios[i]),
            j,
            start[i],
            end[i],
          ),
      )
      return x.add(value.mul(perItem(weight, xt)))
    },
    xt.mul(perItem(kept, xt)),
  )
}

/**
 * ∫ ℓ_j from `a` to `b`, for the polynomial that is 1 at node j and 0 at the others. Gauss
 * quadrature with two points is exact up to cubics.
 */
function lagrangeIntegral(nodes: readonly number[], j: number, a: number, b: number): number {
  const basis = (r: number) =>
    nodes.reduce(
      (product, node, k) => (k === j ? product : (product * (r - node)) / (nodes[j] - node)),
      1,
    )
  const [middle, half] = [(a + b) / 2, (b - a) / 2]
  return half * (basis(middle - half / Math.sqrt(3)) + basis(middle + half / Math.sqrt(3)))
}
