// Common part of exponential integrators. In λ = log(α/σ) the exact solution depends only on the
// predictions of the model, for every schedule (Lu et al. 2022a, proposition 3.1; 2022b, proposition
// 4.1; with fresh noise Xue et al. 2023, proposition 4.2). With h = λ_s - λ_t:
//
//   data:  x_s = σ_s/σ_t e^{-ηh} x_t + (1+η) α_s ∫_0^h e^{-(1+η)(h-v)} x_0(λ_t+v) dv
//                + σ_s √(1 - e^{-2ηh}) z
//   noise: x_s = α_s/α_t x_t - (1+η) σ_s ∫_0^h e^{h-v} ε(λ_t+v) dv + σ_s √(η (e^{2h} - 1)) z
//
// η = 0 is the probability flow ODE, η = 1 the reverse SDE. A solver replaces x_0 or ε by a
// polynomial in v through predictions at several λ. It needs the integrals of the powers of v,
// called moments here, and divided differences.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import { broadcastLevels, perItem } from '../process/coefficients.ts'
import type { Levels } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import type { StepPlace } from '../process/values.ts'
import type { StepHistory } from './history.ts'
import { getLambdas } from './history.ts'

/** The integrated prediction: x_0 or ε. */
export type Terms = 'data' | 'noise'

/**
 * Coefficients of a step from t to s that do not depend on the model, per item or for all items.
 */
export interface KnownPart {
  from: Levels
  /** λ_s - λ_t. */
  h: Float64Array
  /** Factor of x_t. */
  kept: Float64Array
  /** Contribution of a constant prediction of 1 to x_s: the moment of v^0. */
  constant: Float64Array
  /** The other moments are scale k! h^{k+1} φ_{k+1}(rate h). */
  scale: Float64Array
  rate: number
  /** Standard deviation of the fresh noise z. */
  deviation: Float64Array
}

/**
 * The coefficients of a step between two levels, in either direction. Throws EngineError where the
 * formula is undefined: from clean data, in terms of ε from a level without signal, and towards
 * more noise with fresh noise (`eta` above 0).
 */
export function knownPart(from: Levels, to: Levels, terms: Terms, eta = 0): KnownPart {
  const [t, s] = broadcastLevels(from, to)
  const h = lambdaSteps(t, s)
  checkExponentialStep(t, s, terms, eta)
  const each = (
    value: (alphaT: number, sigmaT: number, alphaS: number, sigmaS: number, h: number) => number,
  ) => h.map((step, i) => value(t.alpha[i], t.sigma[i], s.alpha[i], s.sigma[i], step))
  // e^{-ηh} and e^{-2ηh}. h is infinite at both ends of the schedule, so eta = 0 is a special case.
  const decay = (step: number, times = 1) => (eta === 0 ? 1 : Math.exp(-times * eta * step))
  if (terms === 'data') {
    const kept = each((_, sigmaT, __, sigmaS, step) => (sigmaS / sigmaT) * decay(step))
    return {
      from: t,
      h,
      kept,
      // α_s (1 - e^{-(1+η)h}), with e^{-h} = α_t σ_s / (σ_t α_s).
      constant: s.alpha.map((alpha, i) => alpha - kept[i] * t.alpha[i]),
      scale: s.alpha.map((alpha) => (1 + eta) * alpha),
      rate: -(1 + eta),
      deviation: each((_, __, ___, sigmaS, step) => sigmaS * Math.sqrt(1 - decay(step, 2))),
    }
  }
  return {
    from: t,
    h,
    kept: each((alphaT, _, alphaS) => alphaS / alphaT),
    // -(1+η) σ_s (e^h - 1).
    constant: each(
      (alphaT, sigmaT, alphaS, sigmaS) => -(1 + eta) * ((alphaS * sigmaT) / alphaT - sigmaS),
    ),
    scale: s.sigma.map((sigma) => -(1 + eta) * sigma),
    rate: 1,
    deviation: each((alphaT, sigmaT, alphaS, sigmaS) =>
      eta === 0 ? 0 : Math.sqrt(eta * (((alphaS * sigmaT) / alphaT) ** 2 - sigmaS ** 2)),
    ),
  }
}

/** η of a step: in terms of ε the SDE would leave noise in clean data, so the last step uses 0. */
export const lastEta = (to: Levels, terms: Terms, eta: number): number =>
  terms === 'noise' && to.sigma.some((sigma) => sigma === 0) ? 0 : eta

/** λ_s - λ_t. */
function lambdaSteps(t: Levels, s: Levels): Float64Array {
  const [start, end] = [getLambdas(t), getLambdas(s)]
  return end.map((lambda, i) => lambda - start[i])
}

/**
 * Throws EngineError where {@link knownPart} does. Levels have equal lengths; `eta` may be per
 * item.
 */
export function checkExponentialStep(
  t: Levels,
  s: Levels,
  terms: Terms,
  eta: number | Float64Array = 0,
) {
  const clean = t.sigma.indexOf(0)
  if (clean >= 0) {
    throw new EngineError(processMessages.startInData, { argument: 't', t: t.t[clean] })
  }
  const withoutSignal = t.alpha.indexOf(0)
  if (withoutSignal >= 0 && terms === 'noise') {
    throw new EngineError(processMessages.startWithoutSignal, {
      argument: 't',
      t: t.t[withoutSignal],
    })
  }
  const up = lambdaSteps(t, s).findIndex(
    (step, i) => !(step >= 0) && (typeof eta === 'number' ? eta : eta[i]) > 0,
  )
  if (up >= 0) {
    throw new EngineError(processMessages.noiseUpward, {
      argument: 't_prev',
      t: t.t[up],
      tPrev: s.t[up],
    })
  }
}

/**
 * φ_k(z) = ∫_0^1 e^{(1-θ)z} θ^{k-1} / (k-1)! dθ, and φ_0(z) = e^z (Hochbruck & Ostermann 2010, eq.
 * 2.10 and 2.11). Uses the series for small z, for which the recurrence loses precision.
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

/**
 * The moments of v^0 ... v^{count-1}: contributions of such predictions to x_s. All except the
 * first require a finite h.
 */
export const moments = ({ h, constant, scale, rate }: KnownPart, count: number): Float64Array[] =>
  Array.from({ length: count }, (_, k) =>
    k === 0
      ? constant
      : h.map((step, i) => scale[i] * factorial(k) * step ** (k + 1) * phi(k + 1, rate * step)),
  )

/** The first two moments, with the prediction at the middle of the step for the complete step. */
export const slopeAtMiddle = ({ h, constant }: KnownPart): Float64Array[] => [
  constant,
  constant.map((value, i) => (value * h[i]) / 2),
]

/** The first two moments, the second with e^v replaced by 1: h²/2. */
export const slopeOfLine = ({ h, constant, scale }: KnownPart): Float64Array[] => [
  constant,
  h.map((step, i) => (scale[i] * step * step) / 2),
]

/**
 * Selects at most `most` of the newest predictions of a history for a polynomial that also goes
 * through a prediction at `from`. Their λ must be finite and distinct. Selects none at a level
 * without signal.
 */
export function selectPredictions(from: Levels, history: StepHistory, most: number): StepHistory {
  const lambdas = [getLambdas(from)]
  for (const { at } of history.slice(0, Math.max(0, most))) {
    const lambda = lambdasAlong(from, at)
    if (lambdas.some((other) => lambda.some((value, i) => value === other[i]))) break
    lambdas.push(lambda)
  }
  const infinite = lambdas.findIndex((lambda) => !lambda.every(Number.isFinite))
  return history.slice(0, Math.max(0, (infinite >= 0 ? infinite : lambdas.length) - 1))
}

/** λ of `at`, broadcast to the length of `from`. */
const lambdasAlong = (from: Levels, at: Levels) => getLambdas(broadcastLevels(from, at)[1])

/**
 * Computes x_s: the linear part of `x`, plus the integral of the polynomial through `predictions`
 * (in any order) by the `moments` of its powers, plus fresh noise `z`. All tensors are `[b, ...]`.
 */
export function integrateStep(
  x: Tensor,
  part: KnownPart,
  predictions: StepHistory,
  moments: readonly Float64Array[],
  z?: Tensor,
): Tensor {
  const start = getLambdas(part.from)
  const places = predictions.map(({ at }) =>
    lambdasAlong(part.from, at).map((lambda, i) => lambda - start[i]),
  )
  // A single prediction is a constant, so that its λ, which may be infinite, is not used.
  const powers = Array.from(start, (_, item) =>
    places.length === 1 ? [[1]] : interpolation(places.map((place) => place[item])),
  )
  let sum = x.mul(perItem(part.kept, x))
  predictions.forEach(({ value }, i) => {
    const weight = powers.map((power, item) =>
      power.reduce((total, share, k) => total + share[i] * moments[k][item], 0),
    )
    sum = sum.add(value.mul(perItem(weight, x)))
  })
  return z ? sum.add(z.mul(perItem(part.deviation, x))) : sum
}

/**
 * Lagrange interpolation at `nodes`: `[k][i]` is the contribution of the i-th value to the
 * coefficient of v^k.
 */
export function interpolation(nodes: readonly number[]): number[][] {
  const shares = nodes.map(() => new Array<number>(nodes.length).fill(0))
  nodes.forEach((node, i) => {
    let basis = [1]
    for (const [j, other] of nodes.entries()) {
      if (j === i) continue
      // Multiplies by (v - other) / (node - other).
      const factors = basis
      basis = [...factors, 0].map(
        (_, k) => ((factors[k - 1] ?? 0) - other * (factors[k] ?? 0)) / (node - other),
      )
    }
    basis.forEach((coefficient, k) => (shares[k][i] = coefficient))
  })
  return shares
}

/**
 * The order of a step: `most`, but 1 if λ is infinite at its end (clean data or pure noise). If
 * `lowered`, it is at most the number of remaining steps, if known, so that the last step is of
 * first order.
 */
export function stepOrder(
  most: number,
  to: Levels,
  place: StepPlace | undefined,
  lowered: boolean,
): number {
  if (!getLambdas(to).every(Number.isFinite)) return 1
  return lowered && place ? Math.min(most, place.count - place.index) : most
}
