// Preconditioning: wraps a network so that its inputs and targets have unit variance at every noise
// level; the wrapper predicts x_0.
import { EngineError } from '../../../base/errors.ts'
import { modelMessages } from '../../../messages/models.ts'
import { perItem } from '../../../process/coefficients.ts'
import { levelsAt, getRatios } from '../../../process/schedule.ts'
import type { Model, ModelOf } from '../../model.ts'
import { iddpmLevels } from './iddpmLevels.ts'
import type { Formula } from '../../formula.ts'
import type { PreconditionConfig, Preconditioning, PreconditionOptions } from './config.ts'
import { LEAST_SIGMA } from './config.ts'
import { onlyChild } from '../../tree.ts'

/** D(x; σ) = c_skip x + c_out F(c_in x, c_noise). */
interface Scaling {
  skip: number
  out: number
  in: number
  noise: number
}

/** Karras et al. 2022, table 1, and for `consistency` Song et al. 2023, appendix C. */
const scalings: {
  [K in Preconditioning]: (sigma: number, options: PreconditionOptions) => Scaling
} = {
  edm: (sigma, { sigma_data }) => {
    const length = Math.hypot(sigma, sigma_data)
    return {
      skip: (sigma_data / length) ** 2,
      out: (sigma * sigma_data) / length,
      in: 1 / length,
      noise: Math.log(Math.max(sigma, LEAST_SIGMA)) / 4,
    }
  },
  /** F predicts ε of a process with β from 0.1 to 20 and receives its time, 0 to 999. */
  vp: (sigma) => {
    const [betaMin, betaD] = [0.1, 19.9]
    const u = (Math.sqrt(betaMin ** 2 + 2 * betaD * Math.log1p(sigma ** 2)) - betaMin) / betaD
    return { skip: 1, out: -sigma, in: 1 / Math.hypot(sigma, 1), noise: 999 * u }
  },
  ve: (sigma) => ({
    skip: 1,
    out: sigma,
    in: 1,
    noise: Math.log(Math.max(sigma, LEAST_SIGMA) / 2),
  }),
  iddpm: (sigma) => ({
    skip: 1,
    out: -sigma,
    in: 1 / Math.hypot(sigma, 1),
    noise: iddpmTime(sigma),
  }),
  consistency: (sigma, { sigma_data, sigma_min }) => {
    const length = Math.hypot(sigma, sigma_data)
    const above = sigma - sigma_min
    return {
      skip: sigma_data ** 2 / (above ** 2 + sigma_data ** 2),
      out: (above * sigma_data) / length,
      in: 1 / length,
      noise: 250 * Math.log(Math.max(sigma, LEAST_SIGMA)),
    }
  },
}

/** M - 1 - j for the nearest level u_j; levels fall from j = 0 to u_M = 0. */
function iddpmTime(sigma: number): number {
  const levels = iddpmLevels()
  let nearest = 0
  for (const [j, level] of levels.entries())
    if (Math.abs(level - sigma) < Math.abs(levels[nearest] - sigma)) nearest = j
  return levels.length - 2 - nearest
}

export interface Scalings {
  skip: Float64Array
  out: Float64Array
  in: Float64Array
  noise: Float64Array
}

/** c_skip, c_out, c_in and c_noise at each σ, for unscaled data x = x_0 + σ ε. */
export function scalingsAt(sigma: Float64Array, options: PreconditionOptions): Scalings {
  const each = Array.from(sigma, (value) => scalings[options.preconditioning](value, options))
  const list = (name: keyof Scaling) => Float64Array.from(each, (scaling) => scaling[name])
  return { skip: list('skip'), out: list('out'), in: list('in'), noise: list('noise') }
}

/** Creates a model of x_0 around the network `child`, whose own prediction type is ignored. */
export const withPreconditioning = (
  child: Model,
  config: PreconditionConfig,
): ModelOf<'precondition'> => ({
  type: 'model',
  kind: 'precondition',
  config,
  predicts: 'sample',
  weights: {},
  children: { model: child },
})

/** Evaluates D at x/α and σ/α, so that the model is the same under every schedule. */
export const preconditionFormula: Formula<ModelOf<'precondition'>> = {
  evaluate(model, x, times, condition, evaluateChild) {
    const { schedule, ...options } = model.config
    const levels = levelsAt(schedule, times)
    const silent = levels.alpha.indexOf(0)
    if (silent >= 0) throw withoutSignal(levels.t[silent])
    const scaling = scalingsAt(getRatios(levels), options)
    const unscaled = (values: Float64Array) =>
      perItem(
        values.map((value, i) => value / levels.alpha[i]),
        x,
      )
    const { tensor } = evaluateChild(
      onlyChild(model),
      x.mul(unscaled(scaling.in)),
      { t: scaling.noise },
      condition,
    )
    return x.mul(unscaled(scaling.skip)).add(tensor.mul(perItem(scaling.out, x)))
  },
}

/** Error for evaluating a preconditioned model at pure noise. */
export const withoutSignal = (t: number, argument = 't') =>
  new EngineError(modelMessages.infiniteRatio, { argument, t })
