// DPM-Solver++ for the stochastic equation and for two evaluations a step, as k-diffusion has them.
import { broadcastLevels, perItem } from '../coefficients.ts'
import type { Levels, Schedule } from '../schedule.ts'
import { levelsOfRatio, ratiosOf } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { AncestralOptions } from './ancestral.ts'
import { ancestralDown, ancestralUp } from './ancestral.ts'
import { eulerStep } from './euler.ts'
import type { Denoise } from './heun.ts'
import type { StepHistory } from './history.ts'
import { isEndless, lambdasOf } from './history.ts'

/** The level on the way from one to the other at the share `r` in λ = log(α / σ). */
export function levelsBetween(schedule: Schedule, from: Levels, to: Levels, r: number): Levels {
  const [t, s] = broadcastLevels(from, to)
  const [before, after] = [ratiosOf(t), ratiosOf(s)]
  return levelsOfRatio(
    schedule,
    before.map((ratio, i) => ratio ** (1 - r) * after[i]! ** r),
  )
}

/**
 * DPM-Solver++(2S) (Lu et al. 2022b, algorithm 1, r = 1/2), ancestral: the model is asked again in the middle of the way (in λ),
 * and x_0 from there leads all of it; fresh noise at the end, see {@link ancestralDown}. At infinite λ it is a step of Euler.
 * `xt`, `x0` and the noise `[b, ...]`.
 */
export function dpmpp2sAncestralStep(
  xt: Tensor,
  x0: Tensor,
  from: Levels,
  to: Levels,
  schedule: Schedule,
  denoise: Denoise,
  noise: () => Tensor,
  { eta, s_noise }: AncestralOptions,
): Tensor {
  const down = ancestralDown(schedule, from, to, eta)
  const along = () => {
    const middle = levelsBetween(schedule, from, down, 1 / 2)
    return denoise(eulerStep(xt, x0, from, middle), middle)
  }
  const led = isEndless(from, down) ? x0 : along()
  return ancestralUp(eulerStep(xt, led, from, down), down, to, noise, s_noise)
}

/**
 * Two stages of the stochastic equation with noise after each (DPM-Solver++ SDE of k-diffusion; Lu et al. 2022b, eq. 17 at
 * eta = 1): the model is asked again at the share `r` of the way in λ, and x_0 is continued to half of it. Each stage draws
 * afresh. To clean data and from pure noise it is a step of Euler.
 */
export function dpmppSdeStep(
  xt: Tensor,
  x0: Tensor,
  from: Levels,
  to: Levels,
  schedule: Schedule,
  denoise: Denoise,
  noise: () => Tensor,
  { eta, s_noise, r }: AncestralOptions & { r: number },
): Tensor {
  const stage = (clean: Tensor, end: Levels) => {
    const down = ancestralDown(schedule, from, end, eta)
    return ancestralUp(eulerStep(xt, clean, from, down), down, end, noise, s_noise)
  }
  if (isEndless(from, to)) return stage(x0, to)
  const middle = levelsBetween(schedule, from, to, r)
  const second = denoise(stage(x0, middle), middle)
  return stage(x0.mul(1 - 1 / (2 * r)).add(second.mul(1 / (2 * r))), to)
}

export const multistepSolvers = ['midpoint', 'heun'] as const

export interface MultistepSdeOptions extends AncestralOptions {
  /** How many predictions are used, this one included. */
  order: 2 | 3
  /** How the slope of x_0 counts at order 2; at order 3 it is heun. */
  solver: (typeof multistepSolvers)[number]
}

/**
 * DPM-Solver++(2M) and (3M) for the stochastic equation (Lu et al. 2022b, section 5; eta as in k-diffusion): with h = λ_s - λ_t
 * x_s = σ_s/σ_t e^{-eta h} x_t + α_s (1 - e^{-(1 + eta) h}) x_0 + σ_s √(1 - e^{-2 eta h}) z, and what the predictions before show of the
 * slope and curve of x_0. `history` has up to `order - 1` of them; to clean data x_0 alone counts. `z` is asked for
 * where eta > 0 and noise is to be left.
 */
export function dpmppMultistepSdeStep(
  xt: Tensor,
  x0: Tensor,
  from: Levels,
  to: Levels,
  history: StepHistory,
  noise: () => Tensor,
  { eta, s_noise, order, solver }: MultistepSdeOptions,
): Tensor {
  const [t, s] = broadcastLevels(from, to)
  // e^{-h}, which is 0 at infinite λ.
  const passed = t.alpha.map((alpha, i) => (alpha * s.sigma[i]!) / (t.sigma[i]! * s.alpha[i]!))
  const kept = s.sigma.map((sigma, i) => (sigma / t.sigma[i]!) * passed[i]! ** eta)
  const pulled = s.alpha.map((alpha, i) => alpha * (1 - passed[i]! ** (1 + eta)))
  let x = xt.mul(perItem(kept, xt)).add(x0.mul(perItem(pulled, xt)))
  if (!isEndless(t, s)) {
    for (const term of slopes(x0, t, s, history.slice(0, order - 1), { eta, solver, order })) x = x.add(term)
  }
  const added = s.sigma.map((sigma, i) => s_noise * sigma * Math.sqrt(1 - passed[i]! ** (2 * eta)))
  return added.some((share) => share > 0) ? x.add(noise().mul(perItem(added, xt))) : x
}

/** What slope and curve of x_0 in λ, by divided differences in units of h, add to x_s. */
function slopes(
  x0: Tensor,
  t: Levels,
  s: Levels,
  [one, two]: StepHistory,
  { eta, solver, order }: Pick<MultistepSdeOptions, 'eta' | 'solver' | 'order'>,
): Tensor[] {
  if (!one) return []
  const [at, next, last] = [lambdasOf(t), lambdasOf(s), lambdasOf(broadcastLevels(t, one.at)[1])]
  const each = (value: (h: number, i: number) => number) =>
    perItem(
      next.map((lambda, i) => value(lambda - at[i]!, i)),
      x0,
    )
  const stretched = (h: number) => h * (1 + eta)
  const phi2 = (h: number) => Math.expm1(-stretched(h)) / stretched(h) + 1
  const r0 = (h: number, i: number) => (at[i]! - last[i]!) / h
  const first = x0.sub(one.value).mul(each((h, i) => 1 / r0(h, i)))
  if (!two) {
    const weight = solver === 'heun' || order === 3 ? phi2 : (h: number) => -Math.expm1(-stretched(h)) / 2
    return [first.mul(each((h, i) => s.alpha[i]! * weight(h)))]
  }
  const earlier = lambdasOf(broadcastLevels(t, two.at)[1])
  const r1 = (h: number, i: number) => (last[i]! - earlier[i]!) / h
  const before = one.value.sub(two.value).mul(each((h, i) => 1 / r1(h, i)))
  const bend = first.sub(before)
  const slope = first.add(bend.mul(each((h, i) => r0(h, i) / (r0(h, i) + r1(h, i)))))
  const curve = bend.mul(each((h, i) => 1 / (r0(h, i) + r1(h, i))))
  const phi3 = (h: number) => phi2(h) / stretched(h) - 1 / 2
  return [slope.mul(each((h, i) => s.alpha[i]! * phi2(h))), curve.mul(each((h, i) => -s.alpha[i]! * phi3(h)))]
}
