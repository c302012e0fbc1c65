// Curves of β, by their exact conventions.
//
// Two families share names in the field: what diffusers calls "linear" is not rescaled for other numbers of timesteps,
// OpenAI's is; "sigmoid" is a curve in beta for diffusers, in alpha-bar for Jabri et al. Here each has a name of its own.

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

/** Beyond this a single step would leave no signal: the cap of Nichol & Dhariwal 2021. */
const MAX_BETA = 0.999

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** n numbers from a to b, both included. */
const linspace = (a: number, b: number, n: number) =>
  Float64Array.from({ length: n }, (_, i) => (n === 1 ? a : a + (i / (n - 1)) * (b - a)))

/** β from a curve of ᾱ over [0, 1]: what is lost from i / T to (i + 1) / T. */
const betasOf = (T: number, alphaBar: (u: number) => number) =>
  Float64Array.from({ length: T }, (_, i) => Math.min(1 - alphaBar((i + 1) / T) / alphaBar(i / T), MAX_BETA))

interface Ends {
  T: number
  betaStart: number
  betaEnd: number
}

/** Up to the last β over a share of the way, and there on. */
const warmUp =
  (share: number) =>
  ({ T, betaStart, betaEnd }: Ends) => {
    const betas = new Float64Array(T).fill(betaEnd)
    betas.set(linspace(betaStart, betaEnd, Math.floor(T * share)))
    return betas
  }

export const betaCurves: { [K in ScheduleName]: (ends: Ends) => Float64Array } = {
  /** Ho et al. 2020, section 4; as diffusers, whatever T is: with few timesteps it does not reach noise. */
  linear: ({ T, betaStart, betaEnd }) => linspace(betaStart, betaEnd, T),
  /** Nichol & Dhariwal 2021 (code): times 1000 / T, so that the end is noise for every T. */
  linear_openai: ({ T, betaStart, betaEnd }) => linspace((betaStart * 1000) / T, (betaEnd * 1000) / T, T),
  /** Rombach et al. 2022: linear in √β; "quad" of Ho et al. 2020 (code). */
  scaled_linear: ({ T, betaStart, betaEnd }) => linspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), T).map((root) => root * root),
  /** Cosine, Nichol & Dhariwal 2021, eq. 17. */
  squaredcos_cap_v2: ({ T }) => betasOf(T, (u) => Math.cos((((u + 0.008) / 1.008) * Math.PI) / 2) ** 2),
  /** GeoDiff (Xu et al. 2022), as diffusers: a sigmoid in β. */
  sigmoid: ({ T, betaStart, betaEnd }) => linspace(-6, 6, T).map((x) => sigmoid(x) * (betaEnd - betaStart) + betaStart),
  /** Jabri et al. 2022, algorithm 1, from -3 to 3 at temperature 1: a sigmoid in ᾱ. */
  sigmoid_alpha_bar: ({ T }) => betasOf(T, (u) => (sigmoid(3) - sigmoid(6 * u - 3)) / (sigmoid(3) - sigmoid(-3))),
  /** ᾱ = e^(-12 u): `alpha_transform_type` exp of diffusers. */
  exp: ({ T }) => betasOf(T, (u) => Math.exp(-12 * u)),
  /** Quantiles of a Laplace density of log SNR, most of the way near 1 (Hang et al. 2024); √ of ᾱ, as diffusers has it. */
  laplace: ({ T }) =>
    betasOf(T, (u) => {
      const snr = Math.exp(-0.5 * (u > 0.5 ? -1 : 1) * Math.log(1 - 2 * Math.abs(0.5 - u) + 1e-6))
      return Math.sqrt(snr / (1 + snr))
    }),
  /** √ of a line: Rombach et al. 2022 (code). */
  sqrt: ({ T, betaStart, betaEnd }) => linspace(betaStart, betaEnd, T).map(Math.sqrt),
  /** Ho et al. 2020 (code): a tenth of the way up, or half of it, then constant. */
  warmup10: warmUp(0.1),
  warmup50: warmUp(0.5),
  /** Ho et al. 2020 (code): the last β throughout. */
  const: ({ T, betaEnd }) => new Float64Array(T).fill(betaEnd),
  /** Sohl-Dickstein et al. 2015, section 2.4.1: 1 / T, 1 / (T - 1), ..., 1. The signal falls evenly, to none at the last. */
  jsd: ({ T }) => Float64Array.from({ length: T }, (_, t) => 1 / (T - t)),
}
