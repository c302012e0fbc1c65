// Beta schedules, by their exact conventions.
//
// Some names are ambiguous in the literature: "linear" is rescaled with the number of timesteps in
// OpenAI's code but not in diffusers; "sigmoid" is a curve of beta in diffusers but of alpha-bar in
// Jabri et al. Here each variant has its own name.

export const scheduleNames = [
  'linear',
  'linear_openai',
  'scaled_linear',
  'squaredcos_cap_v2',
  'sigmoid',
  'sigmoid_alpha_bar',
  'exp',
  'laplace',
  'sqrt',
  'warmup10',
  'warmup50',
  'const',
  'jsd',
] as const

export type ScheduleName = (typeof scheduleNames)[number]

/** Maximum β, so that no single step removes all signal. Nichol & Dhariwal 2021. */
const MAX_BETA = 0.999

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** n evenly spaced numbers from a to b, inclusive. */
const linspace = (a: number, b: number, n: number) =>
  Float64Array.from({ length: n }, (_, i) => (n === 1 ? a : a + (i / (n - 1)) * (b - a)))

/**
 * Betas of a curve of ᾱ at u = 0, 1 / T, ..., 1: the relative loss of ᾱ from i / T to (i + 1) / T.
 * Nichol & Dhariwal 2021, eq. 17.
 */
export const betasOfCurve = (values: Float64Array) =>
  values.slice(1).map((value, i) => Math.min(1 - value / values[i], MAX_BETA))

const betasFromAlphaBar = (T: number, alphaBar: (u: number) => number) =>
  betasOfCurve(Float64Array.from({ length: T + 1 }, (_, i) => alphaBar(i / T)))

interface Ends {
  T: number
  betaStart: number
  betaEnd: number
}

/** Linear warm-up to the last β over a fraction of the timesteps, then constant. */
const warmUp =
  (share: number) =>
  ({ T, betaStart, betaEnd }: Ends) => {
    const betas = new Float64Array(T).fill(betaEnd)
    betas.set(linspace(betaStart, betaEnd, Math.floor(T * share)))
    return betas
  }

export const betaCurves: { [K in ScheduleName]: (ends: Ends) => Float64Array } = {
  /**
   * Ho et al. 2020, section 4. As in diffusers independent of T: ends before noise if T is small.
   */
  linear: ({ T, betaStart, betaEnd }) => linspace(betaStart, betaEnd, T),
  /** Nichol & Dhariwal 2021 (code): scaled by 1000 / T, so that it ends at noise for every T. */
  linear_openai: ({ T, betaStart, betaEnd }) =>
    linspace((betaStart * 1000) / T, (betaEnd * 1000) / T, T),
  /** Rombach et al. 2022: linear in √β; "quad" of Ho et al. 2020 (code). */
  scaled_linear: ({ T, betaStart, betaEnd }) =>
    linspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), T).map((root) => root * root),
  /** Cosine, Nichol & Dhariwal 2021, eq. 17. */
  squaredcos_cap_v2: ({ T }) =>
    betasFromAlphaBar(T, (u) => Math.cos((((u + 0.008) / 1.008) * Math.PI) / 2) ** 2),
  /** GeoDiff (Xu et al. 2022), as in diffusers: a sigmoid in β. */
  sigmoid: ({ T, betaStart, betaEnd }) =>
    linspace(-6, 6, T).map((x) => sigmoid(x) * (betaEnd - betaStart) + betaStart),
  /** Jabri et al. 2022, algorithm 1, from -3 to 3 at temperature 1: a sigmoid in ᾱ. */
  sigmoid_alpha_bar: ({ T }) =>
    betasFromAlphaBar(T, (u) => (sigmoid(3) - sigmoid(6 * u - 3)) / (sigmoid(3) - sigmoid(-3))),
  /** ᾱ = e^(-12 u): `alpha_transform_type` exp of diffusers. */
  exp: ({ T }) => betasFromAlphaBar(T, (u) => Math.exp(-12 * u)),
  /**
   * Quantiles of a Laplace density of log SNR (Hang et al. 2024), with √ᾱ for ᾱ as in diffusers.
   */
  laplace: ({ T }) =>
    betasFromAlphaBar(T, (u) => {
      const snr = Math.exp(-0.5 * (u > 0.5 ? -1 : 1) * Math.log(1 - 2 * Math.abs(0.5 - u) + 1e-6))
      return Math.sqrt(snr / (1 + snr))
    }),
  /** Square root of a linear ramp: Rombach et al. 2022 (code). */
  sqrt: ({ T, betaStart, betaEnd }) => linspace(betaStart, betaEnd, T).map(Math.sqrt),
  /** Ho et al. 2020 (code): warm-up over a tenth or a half of the timesteps, then constant. */
  warmup10: warmUp(0.1),
  warmup50: warmUp(0.5),
  /** Ho et al. 2020 (code): the last β at every timestep. */
  const: ({ T, betaEnd }) => new Float64Array(T).fill(betaEnd),
  /**
   * Sohl-Dickstein et al. 2015, section 2.4.1: 1 / T, 1 / (T - 1), ..., 1. The signal decreases
   * linearly to 0 at the last timestep.
   */
  jsd: ({ T }) => Float64Array.from({ length: T }, (_, t) => 1 / (T - t)),
}
