// Likelihood of data under a model, by the change of density along the probability flow ODE.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import { perItem } from './coefficients.ts'
import { convertPrediction } from './prediction.ts'
import type { Levels } from './schedule.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { differentiate } from '../gradients/differentiate.ts'
import type { TypedPrediction } from '../base/values.ts'

/** Evaluates a model at x, `[b, ...]`. It must be differentiable with respect to x. */
export type EvaluateModel = (x: Tensor, at: Levels) => TypedPrediction

/**
 * The angle θ of a level: cos θ = α / √(α² + σ²) and sin θ = σ / √(α² + σ²). In terms of θ and x /
 * √(α² + σ²) the ODE of every schedule is d x / d θ = v (Salimans & Ho 2022, appendix D), which is
 * bounded at both ends.
 */
const angle = (alpha: number, sigma: number) => Math.atan2(sigma, alpha)
const getScales = ({ alpha, sigma }: Levels) => alpha.map((a, i) => Math.hypot(a, sigma[i]))

/** v at the scaled x, and Hutchinson's estimate of the trace of its Jacobian with `probe`. */
function velocityAndTrace(
  x: Tensor,
  at: Levels,
  evaluate: EvaluateModel,
  probe: Tensor,
): { v: Tensor; trace: Tensor } {
  const [alpha, sigma, length] = [at.alpha, at.sigma, getScales(at)]
  const share = (values: Float64Array) =>
    perItem(
      values.map((value, i) => value / length[i]),
      x,
    )
  const velocity = (scaled: Tensor): Tensor => {
    const xt = scaled.mul(perItem(length, x))
    const { tensor, predicts } = evaluate(xt, at)
    const epsilon = convertPrediction(tensor, xt, at, predicts, 'epsilon')
    const x0 = convertPrediction(tensor, xt, at, predicts, 'sample')
    return epsilon.mul(share(alpha)).sub(x0.mul(share(sigma)))
  }
  // A copy, so that the velocity depends on x only through this argument.
  const point = x.clone()
  const { value, grads } = differentiate(() => velocity(point), [point], probe)
  const grad = grads[0] ?? tf.zerosLike(x)
  return { v: value, trace: grad.mul(probe).reshape([x.shape[0], -1]).sum(1) }
}

export interface DensityStep {
  /** x at the end of the step, unscaled. */
  x: Tensor
  /** log p at the start of the step minus log p at its end, `[b]` in nats, of x / √(α² + σ²). */
  logDet: Tensor
}

/**
 * One step of Heun's method along the ODE, in either direction, with the change of density log
 * p(x_t) = log p(x_s) + ∫ tr(∂v/∂x) dθ from t to s (Chen et al. 2018; Song et al. 2021, eq. 39).
 *
 * The trace is Hutchinson's estimate zᵀ (∂v/∂x) z, unbiased for any `probe` z of independent
 * numbers with mean 0 and variance 1; ±1 have the smallest variance (Song et al. 2021, eq. 40). `x`
 * and `probe` `[b, ...]`, one level for all items. Throws EngineError for clean data, where models
 * are not defined.
 */
export function densityStep(
  x: Tensor,
  from: Levels,
  to: Levels,
  evaluate: EvaluateModel,
  probe: Tensor,
): DensityStep {
  if (from.t[0] === -1 || to.t[0] === -1) {
    throw new EngineError(processMessages.cleanDataInOde, { argument: 't' })
  }
  const d = angle(to.alpha[0], to.sigma[0]) - angle(from.alpha[0], from.sigma[0])
  const scaled = x.div(getScales(from)[0])
  const first = velocityAndTrace(scaled, from, evaluate, probe)
  const second = velocityAndTrace(scaled.add(first.v.mul(d)), to, evaluate, probe)
  const next = scaled.add(first.v.add(second.v).mul(d / 2))
  return { x: next.mul(getScales(to)[0]), logDet: first.trace.add(second.trace).mul(d / 2) }
}

/**
 * -log p of x under N(0, α² + σ²), averaged over each item, `[b]` in nats, in the scale of
 * {@link densityStep}.
 */
export function noiseNats(x: Tensor, at: Levels): Tensor {
  const squares = x.div(getScales(at)[0]).square()
  return squares
    .add(Math.log(2 * Math.PI))
    .mul(0.5)
    .reshape([x.shape[0], -1])
    .mean(1)
}

/** log p(x_0) - log p(scaled x_0) per number, in nats. The ODE starts from α x_0 / √(α² + σ²). */
export const startNats = ({ alpha, sigma }: Levels): number =>
  Math.log(alpha[0] / Math.hypot(alpha[0], sigma[0]))

/**
 * Uniform dequantization of data with `levels` values from -1 to 1; `uniform` contains numbers from
 * 0 to 1. Density times {@link levelWidth} is a lower bound of the probability of a level (Theis et
 * al. 2016).
 */
export const addDequantizationNoise = (x: Tensor, levels: number, uniform: Tensor): Tensor =>
  x.add(uniform.sub(0.5).mul(levelWidth(levels)))

/** Distance of neighbouring values among `levels` evenly spaced ones from -1 to 1. */
export const levelWidth = (levels: number): number => 2 / (levels - 1)
