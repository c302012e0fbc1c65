// How likely data are to a model: the change of density along the probability flow ODE.
import { perItem } from './coefficients.ts'
import { NodeError } from './plan/fault.ts'
import { convertPrediction } from './prediction.ts'
import type { Levels } from './schedule.ts'
import type { Scalar, Tensor } from './tf.ts'
import { tf } from './tf.ts'
import type { Prediction } from './values.ts'

type Said = Pick<Prediction, 'tensor' | 'predicts'>

/** Asks a model at x, `[b, ...]`. Gradients have to reach x through it. */
export type AskModel = (x: Tensor, at: Levels) => Said

/**
 * How far from data: cos θ and sin θ are the shares of signal and noise, α and σ over √(α² + σ²). In x / √(α² + σ²) every schedule is
 * the same rotation, d x / d θ = v (Salimans & Ho 2022, appendix D), and nothing grows without bound at either end.
 */
const angle = (alpha: number, sigma: number) => Math.atan2(sigma, alpha)
const lengthsOf = ({ alpha, sigma }: Levels) => alpha.map((a, i) => Math.hypot(a, sigma[i]!))

/** v at x in its own scale, and the trace of its Jacobian there as `probe` sees it. */
function slope(x: Tensor, at: Levels, ask: AskModel, probe: Tensor): { v: Tensor; trace: Tensor } {
  const [alpha, sigma, length] = [at.alpha, at.sigma, lengthsOf(at)]
  const share = (values: Float64Array) =>
    perItem(
      values.map((value, i) => value / length[i]!),
      x,
    )
  const velocity = (scaled: Tensor): Tensor => {
    const xt = scaled.mul(perItem(length, x))
    const { tensor, predicts } = ask(xt, at)
    const epsilon = convertPrediction(tensor, xt, at, predicts, 'epsilon')
    const x0 = convertPrediction(tensor, xt, at, predicts, 'sample')
    return epsilon.mul(share(alpha)).sub(x0.mul(share(sigma)))
  }
  // With a gradient to begin with, the output need not be one number, as the types of tfjs have it.
  const withGradient = tf.valueAndGrad(velocity as (x: Tensor) => Scalar) as (
    x: Tensor,
    dy: Tensor,
  ) => { value: Tensor; grad: Tensor }
  const { value, grad } = withGradient(x, probe)
  return { v: value, trace: grad.mul(probe).reshape([x.shape[0]!, -1]).sum(1) }
}

export interface DensityStep {
  /** At the step's end, in the scale of its levels. */
  x: Tensor
  /** By how much log p at the step's beginning is above that at its end, `[b]` in nats; both in x / √(α² + σ²). */
  logDet: Tensor
}

/**
 * One step of Heun along the ODE, up or down, with the change of the density: log p(x_t) = log p(x_s) + ∫ tr(∂v/∂x) dθ from t to s
 * (Chen et al. 2018; Song et al. 2021, eq. 39), the trace by the estimate of Hutchinson, zᵀ (∂v/∂x) z, which has the right mean for any `probe` z of
 * independent numbers with variance 1; ±1 vary least (Song et al. 2021, eq. 40). `x` and `probe` `[b, ...]`, levels for all.
 * Throws NodeError for clean data, where no model can be asked.
 */
export function densityStep(x: Tensor, from: Levels, to: Levels, ask: AskModel, probe: Tensor): DensityStep {
  if (from.t[0] === -1 || to.t[0] === -1) {
    throw new NodeError({
      slot: 't',
      message: 'No model can be asked about clean data, so no step of the ODE begins or ends there.',
      cure: 'Take the list of timesteps through FlipTimesteps: upward, from the least noise.',
    })
  }
  const d = angle(to.alpha[0]!, to.sigma[0]!) - angle(from.alpha[0]!, from.sigma[0]!)
  const scaled = x.div(lengthsOf(from)[0]!)
  const first = slope(scaled, from, ask, probe)
  const second = slope(scaled.add(first.v.mul(d)), to, ask, probe)
  const next = scaled.add(first.v.add(second.v).mul(d / 2))
  return { x: next.mul(lengthsOf(to)[0]!), logDet: first.trace.add(second.trace).mul(d / 2) }
}

/** -log p of what noise should be at these levels, N(0, α² + σ²), the mean over each item, `[b]` in nats, in the scale of {@link densityStep}. */
export function noiseNats(x: Tensor, at: Levels): Tensor {
  const squares = x.div(lengthsOf(at)[0]!).square()
  return squares
    .add(Math.log(2 * Math.PI))
    .mul(0.5)
    .reshape([x.shape[0]!, -1])
    .mean(1)
}

/** What log p of the data is above log p of α times them, a number, in nats: the data are α x_0 where the ODE begins. */
export const startNats = ({ alpha, sigma }: Levels): number => Math.log(alpha[0]! / Math.hypot(alpha[0]!, sigma[0]!))

/**
 * Data with so many levels from -1 to 1, each number moved evenly within its level: `uniform` is from 0 to 1. Their density times the
 * width of a level bounds the probability of the level from below (Theis et al. 2016).
 */
export const dequantized = (x: Tensor, levels: number, uniform: Tensor): Tensor => x.add(uniform.sub(0.5).mul(levelWidth(levels)))

/** From one of `levels` evenly spaced values from -1 to 1 to the next. */
export const levelWidth = (levels: number): number => 2 / (levels - 1)
