// Densities of the timesteps a model is trained at, each as its quantile function.
//
// Densities of σ / α, the noise-to-signal ratio, follow Karras et al. 2022 and k-diffusion.
// Densities of s, the position between data (0) and noise (1), follow Esser et al. 2024.
// `timesAtQuantiles` converts both to timesteps of any schedule.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import type { Schedule } from './schedule.ts'
import { levelsAtRatio } from './schedule.ts'

/** Parameters of all densities. Each density uses some of them. */
export interface DensityParams {
  /** Mean and standard deviation of ln σ: `P_mean` and `P_std` of Karras et al. 2022. */
  mean: number
  std: number
  /** split_lognormal: standard deviations below and above the mode. */
  std_1: number
  std_2: number
  /** loglogistic: median and scale of ln σ. */
  loc: number
  scale: number
  /** Range of σ of loglogistic, loguniform, v_diffusion and cosine_interpolated. */
  sigma_min: number
  sigma_max: number
  /** v_diffusion, cosine_interpolated: standard deviation of the data. */
  sigma_data: number
  /**
   * cosine_interpolated: side of the images, and sides the schedule is shifted for at both ends.
   */
  image_d: number
  noise_d_low: number
  noise_d_high: number
  /** logit_normal: mean and standard deviation of the logit of s. */
  logit_mean: number
  logit_std: number
  /** mode: preference for the middle; 0 is uniform. */
  mode_scale: number
}

/** Quantile function: an increasing function of u in (0, 1) that maps uniform u to the density. */
export type Quantile = (u: number) => number

type Quantiles = Record<string, (params: DensityParams) => Quantile>

/** Quantile functions of σ / α. */
export const ratioDensities = {
  /** exp(mean + std z). Karras et al. 2022, table 1. */
  lognormal:
    ({ mean, std }) =>
    (u) =>
      Math.exp(mean + std * normalQuantile(u)),
  /** A lognormal with different widths below and above its mode, continuous there; k-diffusion. */
  split_lognormal: ({ mean, std_1, std_2 }) => {
    const left = std_1 / (std_1 + std_2)
    return (u) =>
      Math.exp(
        u < left
          ? mean + std_1 * normalQuantile((0.5 * u) / left)
          : mean + std_2 * normalQuantile(0.5 + (0.5 * (u - left)) / (1 - left)),
      )
  },
  /** ln σ is logistic, truncated at both ends; k-diffusion. */
  loglogistic: ({ loc, scale, ...range }) => {
    const share = (sigma: number) => 1 / (1 + Math.exp(-(Math.log(sigma) - loc) / scale))
    const inside = mapToRange(range, share)
    return (u) => Math.exp(loc + scale * logit(inside(u)))
  },
  /** Variance exploding: ln σ is uniform. Song et al. 2021. */
  loguniform: (range) => {
    const inside = mapToRange(range, Math.log)
    return (u) => Math.exp(inside(u))
  },
  /**
   * The angle arctan(σ / σ_data) is uniform: the cosine schedule. Salimans & Ho 2022; k-diffusion.
   */
  v_diffusion: ({ sigma_data, ...range }) => {
    const inside = mapToRange(range, (sigma) => Math.atan(sigma / sigma_data))
    return (u) => sigma_data * Math.tan(inside(u))
  },
  /**
   * Interpolation between cosine schedules shifted for two resolutions. Hoogeboom et al. 2023, eq.
   * 6.
   */
  cosine_interpolated: ({ sigma_data, image_d, noise_d_low, noise_d_high, ...range }) => {
    // Averaging pixels down to the side noise_d makes the noise image_d / noise_d times weaker.
    const shifted = (noise_d: number) => {
      const unit = (sigma_data * image_d) / noise_d
      const inside = mapToRange(range, (sigma) => Math.atan(sigma / unit))
      return (u: number) => Math.log(unit * Math.tan(inside(u)))
    }
    const [low, high] = [shifted(noise_d_low), shifted(noise_d_high)]
    // High noise levels, u near 1, are shifted for noise_d_low.
    return (u) => Math.exp(u * low(u) + (1 - u) * high(u))
  },
} satisfies Quantiles

/** Quantile functions of s, from 0 (data) to 1 (noise). */
export const shareDensities = {
  uniform: () => (u) => u,
  /** The logit of s is normal. Esser et al. 2024, eq. 19. */
  logit_normal:
    ({ logit_mean, logit_std }) =>
    (u) =>
      1 / (1 + Math.exp(-(logit_mean + logit_std * normalQuantile(u)))),
  /** Largest in the middle, positive everywhere. Esser et al. 2024, eq. 20. */
  mode:
    ({ mode_scale }) =>
    (u) =>
      u - mode_scale * (Math.sin((Math.PI * u) / 2) ** 2 - u),
  /** Density of the cosine schedule, 2 / (π (1 - 2 s + 2 s²)). Esser et al. 2024, eq. 21. */
  cosmap: () => (u) => 1 - 1 / (1 + Math.tan((Math.PI * u) / 2)),
} satisfies Quantiles

export const densityNames = [
  'uniform',
  'lognormal',
  'logit_normal',
  'mode',
  'cosmap',
  'loglogistic',
  'loguniform',
  'v_diffusion',
  'cosine_interpolated',
  'split_lognormal',
] as const satisfies (keyof typeof ratioDensities | keyof typeof shareDensities)[]

export type DensityName = (typeof densityNames)[number]

/**
 * Maps u, uniform in (0, 1), to times of a schedule with the given density.
 * - In a table of betas they are whole timesteps: the nearest log σ / α, or ⌊s T⌋.
 * - In a schedule whose time is σ, s is that of a flow, σ = s / (1 - s), except for `uniform`,
 *   which is uniform between sigmaMin and sigmaMax.
 *
 * Throws EngineError if sigma_min is not below sigma_max.
 */
export function timesAtQuantiles(
  schedule: Schedule,
  name: DensityName,
  params: DensityParams,
  u: Float64Array,
): Float64Array {
  if (!(name in shareDensities)) {
    const quantile = ratioDensities[name as keyof typeof ratioDensities](params)
    return timesAtRatios(schedule, u.map(quantile))
  }
  const shares = u.map(shareDensities[name as keyof typeof shareDensities](params))
  switch (schedule.kind) {
    case 'table':
      return shares.map((s) => Math.min(schedule.T - 1, Math.floor(s * schedule.T)))
    case 'flow':
    case 'vp':
      return shares.map((s) => s * schedule.T)
    case 'sigma': {
      const { sigmaMin, sigmaMax } = schedule
      return name === 'uniform'
        ? shares.map((s) => sigmaMin + s * (sigmaMax - sigmaMin))
        : shares.map((s) => s / (1 - s))
    }
  }
}

/** The times with these σ / α, clamped to the ends of the schedule. */
function timesAtRatios(schedule: Schedule, ratios: Float64Array): Float64Array {
  const { t } = levelsAtRatio(schedule, ratios)
  if (schedule.kind === 'table') return t.map(Math.round)
  return schedule.kind === 'vp' ? t.map((time) => Math.min(schedule.T, time)) : t
}

/**
 * Stratifies n numbers in [0, 1): one in each of n equal intervals, so that a batch covers all
 * levels evenly.
 */
export const stratify = (u: Float64Array): Float64Array =>
  u.map((value, i) => (i + value) / u.length)

const logit = (p: number) => Math.log(p / (1 - p))

/** Maps u linearly to the interval between the values of `share` at both ends of the range. */
function mapToRange(
  { sigma_min, sigma_max }: Pick<DensityParams, 'sigma_min' | 'sigma_max'>,
  share: Quantile,
): Quantile {
  if (!(sigma_min > 0 && sigma_min < sigma_max)) {
    throw new EngineError(processMessages.sigmaOrder, {
      argument: 'sigma_min',
      sigmaMin: sigma_min,
      sigmaMax: sigma_max,
    })
  }
  const [low, high] = [share(sigma_min), share(sigma_max)]
  return (u) => low + u * (high - low)
}

// ---- the normal quantile: coefficients of three rational functions, highest power first

const MIDDLE = [
  [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
    1971.5909503065513, 133.14166789178438, 3.3871328727963665,
  ],
  [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
    687.1870074920579, 42.31333070160091, 1,
  ],
]
const TAIL = [
  [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
    3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
    0.6897673349851, 1.6763848301838038, 2.053191626637759, 1,
  ],
]
const FAR = [
  [
    2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
    0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  [
    2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
    0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
  ],
]

const polynomial = (coefficients: number[], x: number) =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)

const quotient = ([above, below]: number[][], x: number) =>
  polynomial(above, x) / polynomial(below, x)

/** Standard normal quantile function, to 1e-15; infinite at 0 and 1. Wichura 1988, AS 241. */
export function normalQuantile(p: number): number {
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) return q * quotient(MIDDLE, 0.180625 - q * q)
  const root = Math.sqrt(-Math.log(Math.min(p, 1 - p)))
  if (root === Infinity) return q < 0 ? -Infinity : Infinity
  return Math.sign(q) * (root <= 5 ? quotient(TAIL, root - 1.6) : quotient(FAR, root - 5))
}
