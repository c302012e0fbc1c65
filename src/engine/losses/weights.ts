// How much an error counts at each level of noise. One table for all kinds of predictions: a weight is one on the error of x_0,
// and an error in anything else is brought to it.
import { NodeError } from '../plan/fault.ts'
import type { Levels } from '../schedule.ts'
import type { PredictionType } from '../values.ts'

export const weightings = [
  'min_snr',
  'soft_min_snr',
  'snr',
  'snr_plus_1',
  'truncated_snr',
  'p2',
  'edm',
  'sigma_sqrt',
  'cosmap',
] as const

export type Weighting = (typeof weightings)[number]

export interface WeightOptions {
  /** Of `min_snr`: the largest signal-to-noise ratio that counts. Default 5. */
  gamma?: number
  /** Of `p2`: its γ and k. Default 1, and 1. */
  p2Gamma?: number
  p2K?: number
  /** Of `edm` and `soft_min_snr`: the deviation of the data. Default 0.5. */
  sigmaData?: number
}

/**
 * w σ², with w the weight on the squared error of x_0, from α² and σ²: a product that stays finite where w does not.
 * SNR is α² / σ², the σ of the papers σ / α here, and s = σ / (α + σ) the time of a flow.
 */
const timesNoise: { [K in Weighting]: (signal: number, noise: number, options: Required<WeightOptions>) => number } = {
  /** min(SNR, γ): Hang et al. 2023, section 3.4. */
  min_snr: (A, S, { gamma }) => Math.min(A, gamma * S),
  /** 1 / (σ² + σ_data²): Crowson et al. 2024, section 3.4, there for the target of EDM's network. */
  soft_min_snr: (A, S, { sigmaData }) => (A * S) / (S + sigmaData ** 2 * A),
  /** SNR, which is 1 / σ²: ε counts 1 (Ho et al. 2020, eq. 14; VP and VE of Karras et al. 2022, table 1). */
  snr: (A) => A,
  /** SNR + 1: v counts 1 (Salimans & Ho 2022, section 4). */
  snr_plus_1: (A, S) => A + S,
  /** max(SNR, 1): Salimans & Ho 2022, section 4. */
  truncated_snr: (A, S) => Math.max(A, S),
  /** 1 / (k + SNR)^γ on the error of ε: Choi et al. 2022, eq. 8. */
  p2: (A, S, { p2Gamma, p2K }) => A * (S / (p2K * S + A)) ** p2Gamma,
  /** (σ² + σ_data²) / (σ σ_data)², which is SNR + 1 / σ_data²: Karras et al. 2022, table 1. */
  edm: (A, S, { sigmaData }) => (S + sigmaData ** 2 * A) / sigmaData ** 2,
  /** s⁻²: the velocity of a flow counts 1. Of SD3's training in diffusers, which compares x_0. */
  sigma_sqrt: (A, S) => (Math.sqrt(A) + Math.sqrt(S)) ** 2,
  /** 2 / (π (1 - 2s + 2s²)): Esser et al. 2024, section 3.1. Of SD3's training in diffusers, which compares x_0. */
  cosmap: (A, S) => (2 * S * (Math.sqrt(A) + Math.sqrt(S)) ** 2) / (Math.PI * (A + S)),
}

/**
 * σ² over (d x_0 / d prediction)², for x_t = alpha x_0 + sigma ε. The relations are those of `prediction.ts`; with them one
 * weight on the error of x_0 is a weight for each kind of prediction.
 */
const noisePerError: { [K in PredictionType]: (alpha: number, sigma: number) => number } = {
  epsilon: (alpha) => alpha ** 2,
  sample: (_, sigma) => sigma ** 2,
  v_prediction: (alpha, sigma) => (alpha ** 2 + sigma ** 2) ** 2,
  flow_prediction: (alpha, sigma) => (alpha + sigma) ** 2,
}

/** In the place of 0 where a weight is a limit: far below what matters, and its square root above what float64 holds. */
const NOTHING = 1e-300
const LARGEST_FLOAT32 = 3.4e38

/**
 * What the squared error of a prediction counts at each level, whatever is predicted. Throws NodeError where that is infinite:
 * an error of ε where there is no signal, of x_0 where there is no noise, if the weighting does not bound it.
 */
export function lossWeights(
  weighting: Weighting,
  predicts: PredictionType,
  { t, alpha, sigma }: Levels,
  { gamma = 5, p2Gamma = 1, p2K = 1, sigmaData = 0.5 }: WeightOptions = {},
): Float64Array {
  return alpha.map((a, i) => {
    const s = sigma[i]!
    const per = noisePerError[predicts](a, s)
    // At the ends of the way both may be 0, and what counts is their limit.
    const [A, S] = per === 0 ? [Math.max(a * a, NOTHING), Math.max(s * s, NOTHING)] : [a * a, s * s]
    const weight = timesNoise[weighting](A, S, { gamma, p2Gamma, p2K, sigmaData }) / (per || NOTHING)
    if (weight < LARGEST_FLOAT32) return weight
    throw unbounded(weighting, predicts, t.length === 1 ? t[0]! : t[i]!)
  })
}

const unbounded = (weighting: Weighting, predicts: PredictionType, t: number) =>
  new NodeError({
    slot: 't',
    message: `The weight ${weighting} of an error in ${predicts} is infinite at t = ${t}, ${predicts === 'epsilon' ? 'where there is no signal' : 'where there is no noise'}.`,
    cure: 'Leave this timestep out, take min_snr, or a model that predicts v_prediction.',
  })
