// GELU and its gradient have a small relative error, also far below 0, where x Φ(x) is tiny.
import { expect, test } from 'vitest'
import { gelu } from '../../../src/engine/layers/activations.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import { onCpu, onEachArithmetic } from '../../backends.ts'

const density = (a: number) => Math.exp((-a * a) / 2) / Math.sqrt(2 * Math.PI)

/** Φ(-a) for a >= 0: below 2 by the series of Φ(a) - 1/2, above by Laplace's continued fraction. */
function tail(a: number): number {
  if (a >= 2) {
    let fraction = a
    for (let k = 400; k > 0; k--) fraction = a + k / fraction
    return density(a) / fraction
  }
  let [term, sum] = [a, a]
  for (let k = 1; k < 60; k++) sum += term *= (a * a) / (2 * k + 1)
  return 0.5 - density(a) * sum
}

const share = (x: number) => (x < 0 ? tail(-x) : 1 - tail(x))
const slope = (x: number) => share(x) + x * density(x)

test('the reference is the normal distribution', () => {
  // Tables of the normal distribution.
  for (const [a, value] of [
    [0, 0.5],
    [1, 0.158655253931457],
    [2, 0.0227501319481792],
    [3, 0.00134989803163009],
    [6, 9.86587645037698e-10],
  ])
    expect(tail(a) / value).toBeCloseTo(1, 12)
})

/** From -12 to 12; float32 represents x Φ(x) down to about -13. */
const inputs = Float32Array.from({ length: 2401 }, (_, i) => (i - 1200) / 100 + 0.0013)

async function valueAndSlope(x: Float32Array) {
  const input = tf.tensor1d(x)
  const { value, grads } = differentiate(() => gelu(input).sum(), [input])
  const all = [gelu(input), grads[0]!]
  const [y, dx] = await Promise.all(all.map((each) => each.data()))
  tf.dispose([input, value, ...all])
  return { y, dx }
}

/**
 * Relative error. Shader compilers may merge both parts of the exponent x² / 2, whose rounding to
 * float32 then is the relative error of its exponential.
 */
const allowed = (x: number) => 1.5e-6 + (tf.getBackend() === 'webgpu' ? x ** 2 * 2 ** -25 : 0)

const largest = (x: Float32Array, error: (x: number, i: number) => number) =>
  x.reduce((most, one, i) => Math.max(most, error(one, i)), 0)

onEachArithmetic(() => {
  test('value and gradient', async () => {
    const { y, dx } = await valueAndSlope(inputs)
    const excess = (x: number, error: number) => error - allowed(x)
    expect(
      largest(inputs, (x, i) => excess(x, Math.abs(y[i] / (x * share(x)) - 1))),
    ).toBeLessThanOrEqual(0)
    // The slope is 0 at -0.7518; its relative error is that of its terms.
    const size = (x: number) => Math.abs(share(x)) + Math.abs(x * density(x))
    expect(
      largest(inputs, (x, i) => excess(x, Math.abs(dx[i] - slope(x)) / size(x))),
    ).toBeLessThanOrEqual(0)
  })

  test.each([1, 2, 3, 5, 7])('%i numbers', async (count) => {
    const x = inputs.slice(700, 700 + count)
    const { y, dx } = await valueAndSlope(x)
    expect(y).toHaveLength(count)
    expect(largest(x, (one, i) => Math.abs(y[i] / (one * share(one)) - 1))).toBeLessThan(1.5e-6)
    expect(largest(x, (one, i) => Math.abs(dx[i] / slope(one) - 1))).toBeLessThan(1e-5)
  })

  test('at 0 and far away', async () => {
    const { y, dx } = await valueAndSlope(Float32Array.of(0, -0, 20, 1e30, -20, -1e30, -100, 50))
    expect([...y].map((one) => one + 0)).toEqual([
      0,
      0,
      20,
      Math.fround(1e30),
      ...[-20, -1e30, -100].map(() => expect.closeTo(0, 30)),
      50,
    ])
    expect([...dx]).toEqual([0.5, 0.5, 1, 1, 0, 0, 0, 1].map((one) => expect.closeTo(one, 6)))
  })

  test('of infinity and NaN', async () => {
    const { y } = await valueAndSlope(Float32Array.of(Infinity, NaN, 1, 2))
    expect([y[0], y[1]]).toEqual([Infinity, NaN])
  })
})

onCpu(() => {
  test('value and gradient of the composition of tfjs operations', async () => {
    const { y, dx } = await valueAndSlope(inputs)
    expect(largest(inputs, (x, i) => Math.abs(y[i] / (x * share(x)) - 1))).toBeLessThan(1.5e-6)
    const far = inputs.filter((x) => x < -2)
    expect(largest(far, (x, i) => Math.abs(dx[i] / slope(x) - 1))).toBeLessThan(5e-6)
  })
})
