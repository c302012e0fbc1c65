// Loss weightings by noise level. One table serves all prediction types: weights apply to the error
// of x_0, and errors of other predictions are converted to it.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import type { Levels } from '../process/schedule.ts'
import type { PredictionType } from '../base/values.ts'

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
  /** For `min_snr`: the limit on the SNR. Default 5. */
  gamma?: number
  /** For `p2`: γ and k. Default 1 and 1. */
  p2Gamma?: number
  p2K?: number
  /** For `edm` and `soft_min_snr`: standard deviation of the data. Default 0.5. */
  sigmaData?: number
}

/**
 * w σ² as a function of A = α² and S = σ², where w is the weight on the squared error of x_0. The
 * product stays finite where w does not. SNR = α² / σ², the papers' σ is σ / α here, and
 * s = σ / (α + σ) is the time of a flow.
 */
const timesNoise: {
  [K in Weighting]: (signal: number, noise: number, options: Required<WeightOptions>) => number
} = {
  /** min(SNR, γ): Hang et al. 2023, section 3.4. */
  min_snr: (A, S, { gamma }) => Math.min(A, gamma * S),
  /**
   * 1 / (σ² + σ_data²): Crowson et al. 2024, section 3.4, there for the target of EDM's network.
   */
  soft_min_snr: (A, S, { sigmaData }) => (A * S) / (S + sigmaData ** 2 * A),
  /**
   * SNR = 1 / σ²: weight 1 on ε (Ho et al. 2020, eq. 14; VP and VE of Karras et al. 2022, table 1).
   */
  snr: (A) => A,
  /** SNR + 1: weight 1 on v (Salimans & Ho 2022, section 4). */
  snr_plus_1: (A, S) => A + S,
  /** max(SNR, 1): Salimans & Ho 2022, section 4. */
  truncated_snr: (A, S) => Math.max(A, S),
  /** 1 / (k + SNR)^γ on the error of ε: Choi et al. 2022, eq. 8. */
  p2: (A, S, { p2Gamma, p2K }) => A * (S / (p2K * S + A)) ** p2Gamma,
  /** (σ² + σ_data²) / (σ σ_data)² = SNR + 1 / σ_data²: Karras et al. 2022, table 1. */
  edm: (A, S, { sigmaData }) => (S + sigmaData ** 2 * A) / sigmaData ** 2,
  /**
   * s⁻²: weight 1 on the velocity of a flow. From SD3's training in diffusers, which compares x_0.
   */
  sigma_sqrt: (A, S) => (Math.sqrt(A) + Math.sqrt(S)) ** 2,
  /**
   * 2 / (π (1 - 2s + 2s²)): Esser et al. 2024, section 3.1. From SD3's training in diffusers, which
   * compares x_0.
   */
  cosmap: (A, S) => (2 * S * (Math.sqrt(A) + Math.sqrt(S)) ** 2) / (Math.PI * (A + S)),
}

/**
 * σ² / (d x_0 / d prediction)² for x_t = alpha x_0 + sigma ε, from the relations of
 * `prediction.ts`. Converts a weight on the error of x_0 to each prediction type.
 */
const noisePerError: { [K in PredictionType]: (alpha: number, sigma: number) => number } = {
  epsilon: (alpha) => alpha ** 2,
  sample: (_, sigma) => sigma ** 2,
  v_prediction: (alpha, sigma) => (alpha ** 2 + sigma ** 2) ** 2,
  flow_prediction: (alpha, sigma) => (alpha + sigma) ** 2,
}

/**
 * Replaces 0 where a weight is a limit: negligible, but its square root is representable in
 * float64.
 */
const NOTHING = 1e-300
const LARGEST_FLOAT32 = 3.4e38

/**
 * Weights on the squared error of a prediction at each level. Throws EngineError where the weight
 * is infinite: ε at zero signal or x_0 at zero noise, unless the weighting is bounded.
 */
export function lossWeights(
  weighting: Weighting,
  predicts: PredictionType,
  { t, alpha, sigma }: Levels,
  { gamma = 5, p2Gamma = 1, p2K = 1, sigmaData = 0.5 }: WeightOptions = {},
): Float64Array {
  return alpha.map((a, i) => {
    const s = sigma[i]
    const per = noisePerError[predicts](a, s)
    // At both ends of the schedule the quotient may be 0 / 0; its limit is meant.
    const [A, S] = per === 0 ? [Math.max(a * a, NOTHING), Math.max(s * s, NOTHING)] : [a * a, s * s]
    const weight =
      timesNoise[weighting](A, S, { gamma, p2Gamma, p2K, sigmaData }) / (per || NOTHING)
    if (weight < LARGEST_FLOAT32) return weight
    throw unboundedError(weighting, predicts, t.length === 1 ? t[0] : t[i])
  })
}

const unboundedError = (weighting: Weighting, predicts: PredictionType, t: number) =>
  new EngineError(
    predicts === 'epsilon'
      ? processMessages.weightWithoutSignal
      : processMessages.weightWithoutNoise,
    { argument: 't', weighting, predicts, t },
  )
