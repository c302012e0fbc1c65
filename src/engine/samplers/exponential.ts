// What exponential integrators share. In λ = log(α/σ) the way of a sample is known but for what the model says on it, whatever
// the schedule (Lu et al. 2022a, proposition 3.1; 2022b, proposition 4.1; with fresh noise Xue et al. 2023, proposition 4.2).
// With h = λ_s - λ_t:
//
//   data:  x_s = σ_s/σ_t e^{-ηh} x_t + (1+η) α_s ∫_0^h e^{-(1+η)(h-v)} x_0(λ_t+v) dv + σ_s √(1 - e^{-2ηh}) z
//   noise: x_s = α_s/α_t x_t - (1+η) σ_s ∫_0^h e^{h-v} ε(λ_t+v) dv + σ_s √(η (e^{2h} - 1)) z
//
// η = 0 is the probability flow ODE, η = 1 the reverse SDE. A solver puts a polynomial in v in the place of x_0 or ε, through
// what was predicted at some λ; so it needs the integrals of the powers of v, here called moments, and divided differences.
import { broadcastLevels, perItem } from '../coefficients.ts'
import { NodeError } from '../plan/fault.ts'
import type { Levels } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { StepPlace } from '../values.ts'
import type { StepHistory } from './history.ts'
import { lambdasOf } from './history.ts'

/** Whether the prediction that is integrated is x_0 or ε. */
export type Terms = 'data' | 'noise'

/** What is known of the way from t to s before the model is asked: one number per item or one for all. */
export interface KnownPart {
  from: Levels
  /** λ_s - λ_t. */
  h: Float64Array
  /** The factor of x_t. */
  kept: Float64Array
  /** What a constant prediction of 1 adds to x_s: the moment of v^0. */
  constant: Float64Array
  /** The other moments are scale k! h^{k+1} φ_{k+1}(rate h). */
  scale: Float64Array
  rate: number
  /** The deviation of the fresh noise z. */
  deviation: Float64Array
}

/**
 * The way from one level to another, up or down. Throws NodeError where the formula has no meaning: away from clean data, in
 * terms of ε from a level without signal, and upward with fresh noise (`eta` above 0).
 */
export function knownPart(from: Levels, to: Levels, terms: Terms, eta = 0): KnownPart {
  const [t, s] = broadcastLevels(from, to)
  const h = lengths(t, s)
  refuseUnpassable(t, s, terms, eta)
  const each = (value: (alphaT: number, sigmaT: number, alphaS: number, sigmaS: number, h: number) => number) =>
    h.map((step, i) => value(t.alpha[i]!, t.sigma[i]!, s.alpha[i]!, s.sigma[i]!, step))
  // e^{-ηh} and e^{-2ηh}: h is infinite at both ends of the way.
  const faded = (step: number, times = 1) => (eta === 0 ? 1 : Math.exp(-times * eta * step))
  if (terms === 'data') {
    const kept = each((_, sigmaT, __, sigmaS, step) => (sigmaS / sigmaT) * faded(step))
    return {
      from: t,
      h,
      kept,
      // α_s (1 - e^{-(1+η)h}), with e^{-h} = α_t σ_s / (σ_t α_s).
      constant: s.alpha.map((alpha, i) => alpha - kept[i]! * t.alpha[i]!),
      scale: s.alpha.map((alpha) => (1 + eta) * alpha),
      rate: -(1 + eta),
      deviation: each((_, __, ___, sigmaS, step) => sigmaS * Math.sqrt(1 - faded(step, 2))),
    }
  }
  return {
    from: t,
    h,
    kept: each((alphaT, _, alphaS) => alphaS / alphaT),
    // -(1+η) σ_s (e^h - 1).
    constant: each((alphaT, sigmaT, alphaS, sigmaS) => -(1 + eta) * ((alphaS * sigmaT) / alphaT - sigmaS)),
    scale: s.sigma.map((sigma) => -(1 + eta) * sigma),
    rate: 1,
    deviation: each((alphaT, sigmaT, alphaS, sigmaS) =>
      eta === 0 ? 0 : Math.sqrt(eta * (((alphaS * sigmaT) / alphaT) ** 2 - sigmaS ** 2)),
    ),
  }
}

/** η of a step: in terms of ε the SDE would leave noise in clean data, so there the last step is that of the ODE. */
export const lastEta = (to: Levels, terms: Terms, eta: number): number =>
  terms === 'noise' && to.sigma.some((sigma) => sigma === 0) ? 0 : eta

/** λ_s - λ_t. */
function lengths(t: Levels, s: Levels): Float64Array {
  const [start, end] = [lambdasOf(t), lambdasOf(s)]
  return end.map((lambda, i) => lambda - start[i]!)
}

/** Throws NodeError where {@link knownPart} does; the levels are as many, and `eta` is one for each or for all. */
export function refuseUnpassable(t: Levels, s: Levels, terms: Terms, eta: number | Float64Array = 0) {
  const clean = t.sigma.indexOf(0)
  if (clean >= 0) {
    throw new NodeError({
      slot: 't',
      message: `Expected a t with some noise to start from, got ${t.t[clean]}, which is clean data.`,
      cure: 'Set `end` of Timesteps to `smallest` before the list is turned round.',
    })
  }
  const unlit = t.alpha.indexOf(0)
  if (unlit >= 0 && terms === 'noise') {
    throw new NodeError({
      slot: 't',
      message: `Expected a t with some signal, got ${t.t[unlit]}, which has none: in terms of ε there is no step from there.`,
      cure: 'Take a solver in terms of x_0 (dpmsolver++, predict_x0; of samplers dpmpp_2m or unipc), or a schedule that keeps some signal at its end.',
    })
  }
  const up = lengths(t, s).findIndex((step, i) => !(step >= 0) && (typeof eta === 'number' ? eta : eta[i]!) > 0)
  if (up >= 0) {
    throw new NodeError({
      slot: 't_prev',
      message: `Expected a timestep before t = ${t.t[up]}, got ${s.t[up]}: there is no fresh noise on the way to noise.`,
      cure: 'Take the solver without fresh noise, or Timesteps that go down.',
    })
  }
}

/**
 * φ_k(z) = ∫_0^1 e^{(1-θ)z} θ^{k-1} / (k-1)! dθ, and φ_0(z) = e^z (Hochbruck & Ostermann 2010, eq. 2.10 and 2.11). By its series
 * where the recurrence would lose digits.
 */
export function phi(k: number, z: number): number {
  let inverse = 1
  if (Math.abs(z) < 1) {
    for (let j = 2; j <= k; j++) inverse /= j
    let [sum, term] = [0, inverse]
    for (let j = 1; Math.abs(term) > 1e-18 * inverse; j++) {
      sum += term
      term *= z / (j + k)
    }
    return sum
  }
  let value = Math.exp(z)
  for (let j = 1; j <= k; j++) {
    value = (value - inverse) / z
    inverse /= j
  }
  return value
}

const factorial = (k: number): number => (k <= 1 ? 1 : k * factorial(k - 1))

/** The moments of v^0 ... v^{count-1}: what a prediction that goes like such a power adds to x_s. Those above 0 need a finite h. */
export const moments = ({ h, constant, scale, rate }: KnownPart, count: number): Float64Array[] =>
  Array.from({ length: count }, (_, k) =>
    k === 0 ? constant : h.map((step, i) => scale[i]! * factorial(k) * step ** (k + 1) * phi(k + 1, rate * step)),
  )

/** The first two moments as if the prediction were all the way what it is in the middle: half a step's slope. */
export const slopeAtMiddle = ({ h, constant }: KnownPart): Float64Array[] => [
  constant,
  constant.map((value, i) => (value * h[i]!) / 2),
]

/** The first two, the second as if e^v were 1 all the way: h²/2. */
export const slopeOfLine = ({ h, constant, scale }: KnownPart): Float64Array[] => [
  constant,
  h.map((step, i) => (scale[i]! * step * step) / 2),
]

/**
 * The newest predictions of a history, `most` at most, that a polynomial can go through together with one made at `from`: λ has to
 * be finite, and no two the same. At a level without signal there are none.
 */
export function usable(from: Levels, history: StepHistory, most: number): StepHistory {
  const lambdas = [lambdasOf(from)]
  for (const { at } of history.slice(0, Math.max(0, most))) {
    const lambda = lambdasAlong(from, at)
    if (lambdas.some((other) => lambda.some((value, i) => value === other[i]))) break
    lambdas.push(lambda)
  }
  const infinite = lambdas.findIndex((lambda) => !lambda.every(Number.isFinite))
  return history.slice(0, Math.max(0, (infinite >= 0 ? infinite : lambdas.length) - 1))
}

/** λ of `at`, as many as `from` has. */
const lambdasAlong = (from: Levels, at: Levels) => lambdasOf(broadcastLevels(from, at)[1])

/**
 * x_s: what is kept of `x`, the integral of the polynomial through `predictions` (any order of them, each with the level at which
 * it was made), power by power with these `moments`, and fresh noise `z`. `x` and all else `[b, ...]`.
 */
export function integrated(
  x: Tensor,
  part: KnownPart,
  predictions: StepHistory,
  moments: readonly Float64Array[],
  z?: Tensor,
): Tensor {
  const start = lambdasOf(part.from)
  const places = predictions.map(({ at }) => lambdasAlong(part.from, at).map((lambda, i) => lambda - start[i]!))
  // The place of a single prediction, which may be infinitely far, does not matter: it is a constant.
  const powers = Array.from(start, (_, item) =>
    places.length === 1 ? [[1]] : interpolation(places.map((place) => place[item]!)),
  )
  let sum = x.mul(perItem(part.kept, x))
  predictions.forEach(({ value }, i) => {
    const weight = powers.map((power, item) => power.reduce((total, share, k) => total + share[i]! * moments[k]![item]!, 0))
    sum = sum.add(value.mul(perItem(weight, x)))
  })
  return z ? sum.add(z.mul(perItem(part.deviation, x))) : sum
}

/** The polynomial through values at `nodes`, by Lagrange: `[k][i]` is the share of the i-th value in the coefficient of v^k. */
export function interpolation(nodes: readonly number[]): number[][] {
  const shares = nodes.map(() => new Array<number>(nodes.length).fill(0))
  nodes.forEach((node, i) => {
    let basis = [1]
    for (const [j, other] of nodes.entries()) {
      if (j === i) continue
      // Times (v - other) / (node - other).
      const factors = basis
      basis = [...factors, 0].map((_, k) => ((factors[k - 1] ?? 0) - other * (factors[k] ?? 0)) / (node - other))
    }
    basis.forEach((coefficient, k) => (shares[k]![i] = coefficient))
  })
  return shares
}

/**
 * The order of a step: `most`, but 1 to where λ is infinite (clean data, or pure noise), and, if `lowered`, no more than there
 * are steps left, so that the last is of first order. Where a loop does not say how many are left, it is not lowered.
 */
export function orderOf(most: number, to: Levels, place: StepPlace | undefined, lowered: boolean): number {
  if (!lambdasOf(to).every(Number.isFinite)) return 1
  return lowered && place ? Math.min(most, place.count - place.index) : most
}
