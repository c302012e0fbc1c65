// Spacing of noise levels: curves of σ from the highest to the lowest, for any schedule.
import { inverseRegularizedBeta } from '../base/betaFunction.ts'

export const sigmaCurves = ['karras', 'exponential', 'polyexponential', 'beta'] as const
export type SigmaCurve = (typeof sigmaCurves)[number]

export interface SigmaRange {
  min: number
  max: number
}

/** n evenly spaced numbers from 0 to 1. */
const ramp = (n: number): number[] =>
  Array.from({ length: n }, (_, i) => (n === 1 ? 0 : i / (n - 1)))

/** The defaults of k-diffusion and diffusers. */
export const defaultRho: { [K in SigmaCurve]: number } = {
  karras: 7,
  exponential: 1,
  polyexponential: 1,
  beta: 1,
}

const curves: { [K in SigmaCurve]: (u: number, range: SigmaRange, rho: number) => number } = {
  /** Uniform in σ^(1/ρ): Karras et al. 2022, eq. 5. */
  karras: (u, { min, max }, rho) =>
    (max ** (1 / rho) + u * (min ** (1 / rho) - max ** (1 / rho))) ** rho,
  /** Uniform in log σ, so in λ = log α / σ (Lu et al. 2022, section 3.2). */
  exponential: (u, { min, max }) => Math.exp(Math.log(max) + u * (Math.log(min) - Math.log(max))),
  /** Like exponential, with the ramp to the power ρ: k-diffusion. */
  polyexponential: (u, { min, max }, rho) =>
    Math.exp(Math.log(min) + (1 - u) ** rho * (Math.log(max) - Math.log(min))),
  /**
   * Denser at both ends: quantiles of Beta(0.6, 0.6). Lee et al. 2024, "Beta sampling is all you
   * need".
   */
  beta: (u, { min, max }) => min + inverseRegularizedBeta(1 - u, 0.6, 0.6) * (max - min),
}

/**
 * n noise levels from `max` to `min`, both exact; a single one is `max`. `rho` applies to karras
 * and polyexponential.
 */
export const spaceSigmas = (
  curve: SigmaCurve,
  n: number,
  range: SigmaRange,
  rho = defaultRho[curve],
): number[] =>
  ramp(n).map((u) => (u === 0 ? range.max : u === 1 ? range.min : curves[curve](u, range, rho)))

/**
 * Shifts a level of a flow towards noise, s' = shift s / (1 + (shift - 1) s), which multiplies s /
 * (1 - s) by `shift` (Esser et al. 2024, eq. 23). Dynamic shifting of diffusers corresponds to a
 * shift of mu (linear) or e^mu (exponential).
 */
export const shiftLevel = (s: number, shift: number): number => (shift * s) / (1 + (shift - 1) * s)

/** Stretches decreasing levels of a flow so that the last is `terminal`; pure noise stays fixed. */
export function stretchLevels(levels: readonly number[], terminal: number): number[] {
  const scale = (1 - levels.at(-1)!) / (1 - terminal)
  return scale === 0 ? [...levels] : levels.map((s) => 1 - (1 - s) / scale)
}
