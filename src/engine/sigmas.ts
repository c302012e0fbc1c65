// How noise levels are spaced between a highest and a lowest: curves of σ, whatever schedule they are of.
import { inverseRegularizedBeta } from './betaFunction.ts'

export const sigmaCurves = ['karras', 'exponential', 'polyexponential', 'beta'] as const
export type SigmaCurve = (typeof sigmaCurves)[number]

export interface SigmaRange {
  min: number
  max: number
}

/** n numbers from 0 to 1. */
const ramp = (n: number): number[] => Array.from({ length: n }, (_, i) => (n === 1 ? 0 : i / (n - 1)))

/** The defaults of k-diffusion and diffusers. */
export const defaultRho: { [K in SigmaCurve]: number } = { karras: 7, exponential: 1, polyexponential: 1, beta: 1 }

const curves: { [K in SigmaCurve]: (u: number, range: SigmaRange, rho: number) => number } = {
  /** Even in σ^(1/ρ): Karras et al. 2022, eq. 5. */
  karras: (u, { min, max }, rho) => (max ** (1 / rho) + u * (min ** (1 / rho) - max ** (1 / rho))) ** rho,
  /** Even in log σ; on a variance preserving process even in λ = log α / σ (Lu et al. 2022, section 3.2). */
  exponential: (u, { min, max }) => Math.exp(Math.log(max) + u * (Math.log(min) - Math.log(max))),
  /** The same with a ramp to the power ρ: k-diffusion. */
  polyexponential: (u, { min, max }, rho) => Math.exp(Math.log(min) + (1 - u) ** rho * (Math.log(max) - Math.log(min))),
  /** More at both ends: quantiles of Beta(0.6, 0.6) (Lee et al. 2024, "Beta sampling is all you need"). */
  beta: (u, { min, max }) => min + inverseRegularizedBeta(1 - u, 0.6, 0.6) * (max - min),
}

/** n noise levels from `max` down to `min`, both included exactly; one alone is `max`. `rho` is for karras and polyexponential. */
export const spacedSigmas = (curve: SigmaCurve, n: number, range: SigmaRange, rho = defaultRho[curve]): number[] =>
  ramp(n).map((u) => (u === 0 ? range.max : u === 1 ? range.min : curves[curve](u, range, rho)))

/**
 * Levels of a flow moved towards noise, s' = shift s / (1 + (shift - 1) s), which multiplies s / (1 - s) by the shift (Esser et al.
 * 2024, eq. 23). What diffusers calls dynamic shifting is a shift of mu (linear) or e^mu (exponential).
 */
export const shifted = (s: number, shift: number): number => (shift * s) / (1 + (shift - 1) * s)

/** Levels of a flow from noise down, stretched so that the last is `terminal` and pure noise stays where it is. */
export function stretchedTo(levels: readonly number[], terminal: number): number[] {
  const scale = (1 - levels.at(-1)!) / (1 - terminal)
  return scale === 0 ? [...levels] : levels.map((s) => 1 - (1 - s) / scale)
}
