// Parts of the exponential integrators, compared with numerical integrals, and the order of their
// weights.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SolverType } from '../../../src/engine/samplers/dpmSolver.ts'
import { dpmSolverStep } from '../../../src/engine/samplers/dpmSolver.ts'
import type { Terms } from '../../../src/engine/samplers/exponential.ts'
import { interpolation, knownPart, moments, phi } from '../../../src/engine/samplers/exponential.ts'
import type { PastPrediction } from '../../../src/engine/samplers/history.ts'
import { addToHistory } from '../../../src/engine/samplers/history.ts'
import type { Levels } from '../../../src/engine/process/schedule.ts'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { onCpu } from '../../backends.ts'

/** The level of a VP schedule with this λ. */
function levelAt(lambda: number): Levels {
  const alpha = 1 / Math.sqrt(1 + Math.exp(-2 * lambda))
  return {
    t: Float64Array.of(-lambda),
    alpha: Float64Array.of(alpha),
    sigma: Float64Array.of(alpha * Math.exp(-lambda)),
  }
}

/** Simpson's rule over [0, end]. */
function integral(f: (v: number) => number, end: number, n = 2000): number {
  const at = (i: number) => f((end * i) / n)
  const inner = Array.from({ length: n - 1 }, (_, i) => (i % 2 === 0 ? 4 : 2) * at(i + 1))
  return ((at(0) + at(n) + inner.reduce((sum, value) => sum + value, 0)) * end) / (3 * n)
}

const close = (found: number, wanted: number, relative: number) =>
  expect(Math.abs(found - wanted)).toBeLessThanOrEqual(relative * Math.abs(wanted))

describe('φ', () => {
  test.each([-30, -5, -1.01, -0.99, -0.1, -1e-7, 0, 1e-7, 0.1, 0.99, 1.01, 5, 12])(
    'at %d is its integral',
    (z) => {
      close(phi(0, z), Math.exp(z), 1e-14)
      for (const [k, factorial] of [1, 1, 2, 6].entries()) {
        const wanted = integral(
          (theta) => (Math.exp((1 - theta) * z) * theta ** k) / factorial,
          1,
          20_000,
        )
        close(phi(k + 1, z), wanted, 1e-11)
      }
    },
  )
})

test('interpolation is exact for polynomials of degree below the number of nodes', () => {
  const nodes = fc.uniqueArray(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 4 })
  const coefficients = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(nodes, coefficients, (places, all) => {
      const wanted = all.slice(0, places.length)
      const values = places.map((v) => wanted.reduce((sum, c, k) => sum + c * v ** k, 0))
      const found = interpolation(places).map((shares) =>
        shares.reduce((sum, share, i) => sum + share * values[i], 0),
      )
      found.forEach((c, k) => expect(c).toBeCloseTo(wanted[k], 6))
    }),
  )
})

test.each<{ terms: Terms; eta: number }>([
  { terms: 'data', eta: 0 },
  { terms: 'data', eta: 1 },
  { terms: 'data', eta: 0.3 },
  { terms: 'noise', eta: 0 },
  { terms: 'noise', eta: 1 },
])('moments are the integrals of the exact solution: $terms, eta $eta', ({ terms, eta }) => {
  for (const [start, h] of [
    [-4, 1e-3],
    [-1, 0.7],
    [1, 4],
    [-5, 8],
  ] as const) {
    const [from, to] = [levelAt(start), levelAt(start + h)]
    const kernel =
      terms === 'data'
        ? (v: number) => (1 + eta) * to.alpha[0] * Math.exp(-(1 + eta) * (h - v))
        : (v: number) => -(1 + eta) * to.sigma[0] * Math.exp(h - v)
    for (const [k, moment] of moments(knownPart(from, to, terms, eta), 4).entries()) {
      close(
        moment[0],
        integral((v) => kernel(v) * v ** k, h),
        1e-9,
      )
    }
  }
})

// ---- data from N(m, s²): the probability flow preserves (x - α m) over its standard deviation

const [m, s] = [0.7, 0.5]
const spread = ({ alpha, sigma }: Levels) => Math.hypot(alpha[0] * s, sigma[0])
const alongFlow = (x: number, from: Levels, to: Levels) =>
  to.alpha[0] * m + (spread(to) / spread(from)) * (x - from.alpha[0] * m)
const best = (x: number, at: Levels) =>
  m + ((at.alpha[0] * s * s) / spread(at) ** 2) * (x - at.alpha[0] * m)

/** Error of DPM-Solver++ with n steps and an exact history before the first. */
function errorOf(type: SolverType, n: number): number {
  const lambdas = Array.from({ length: n + 1 }, (_, i) => -1 + (3 * i) / n)
  const x0 = 1.3
  return tf.tidy(() => {
    const exact = (lambda: number): PastPrediction => {
      const at = levelAt(lambda)
      return { value: tf.tensor1d([best(alongFlow(x0, levelAt(lambdas[0]), at), at)]), at }
    }
    const step = lambdas[1] - lambdas[0]
    let history: readonly PastPrediction[] = [
      exact(lambdas[0] - step),
      exact(lambdas[0] - 2 * step),
    ]
    let [x, worst] = [tf.tensor1d([x0]) as Tensor, 0]
    for (let i = 0; i < n; i++) {
      const [from, to] = [levelAt(lambdas[i]), levelAt(lambdas[i + 1])]
      const prediction = tf.tensor1d([best(x.dataSync()[0], from)])
      x = dpmSolverStep({ xt: x, value: prediction, from, to, history }, { order: 3, type })
      history = addToHistory(history, { value: prediction, at: from }, 2)
      worst = Math.max(worst, Math.abs(x.dataSync()[0] - alongFlow(x0, levelAt(lambdas[0]), to)))
    }
    return worst
  })
}

onCpu(() => {
  test('third order: half of the curvature, as published, converges like h², the full curvature like h³', () => {
    const order = (type: SolverType) => Math.log2(errorOf(type, 32) / errorOf(type, 64))
    expect(order('heun')).toBeGreaterThan(1.9)
    expect(order('heun')).toBeLessThan(2.4)
    expect(order('exact')).toBeGreaterThan(2.8)
  })
})
