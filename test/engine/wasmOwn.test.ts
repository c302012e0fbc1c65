// What the wasm backend computes by functions of our own, where layers (fused.test.ts) do not tell.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { groupNorm } from '../../src/engine/layers/groupNorm.ts'
import { randomOf } from '../../src/engine/random.ts'
import type { Tensor, Tensor1D } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import { ownFunctions } from '../../src/engine/wasm/module.ts'
import { onEachBackend } from '../backends.ts'

const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1)

const normal = (shape: readonly number[], seed: number) => randomOf(seed).normal(size(shape))

/** Of the largest number there, or of 1, which is how large the numbers are that are added: their sum can be next to nothing. */
function expectNear(got: ArrayLike<number>, right: Float64Array, tolerance = 1e-5) {
  expect(got.length).toBe(right.length)
  const most = right.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  const gap = right.reduce((gap, value, i) => Math.max(gap, Math.abs(value - got[i]!)), 0)
  expect(gap).toBeLessThanOrEqual(tolerance * most)
}

/** What is not written would be NaN: memory that was given back, and that which functions share. */
function poison() {
  for (let size = 1; size < 2 ** 14; size = Math.ceil(1.3 * size)) tf.tensor1d(new Float32Array(size).fill(NaN)).dispose()
  ownFunctions()!
    .scratch(2 ** 16)
    .numbers.fill(NaN)
}

onEachBackend(() => {
  test('there are functions of our own', () => {
    expect(ownFunctions()).toBeDefined()
  })

  test('SiLU of numbers far from zero', () => {
    const z = Float32Array.from([-200, -100, -88, -50, -17, -1e-3, 0, 1e-30, 1e-3, 5, 17, 50, 88, 100, 200, 3e38])
    tf.tidy(() => {
      // Mean 0 and variance 1 in 16 rows, scaled by nothing, plus z.
      const x = tf.tensor4d(
        Float32Array.from({ length: 16 * 16 }, (_, i) => (Math.floor(i / 16) % 2) * 2 - 1),
        [1, 1, 16, 16],
      )
      const y = groupNorm(x, tf.zeros([16]) as Tensor1D, tf.tensor1d(z), { groups: 4, eps: 0, silu: true })
      const right = Float64Array.from(z, (value) => value / (1 + Math.exp(-value)))
      const got = y.dataSync().slice(0, 16)
      got.forEach((value, i) => expect(Math.abs(value - right[i]!)).toBeLessThanOrEqual(3e-7 * Math.abs(right[i]!) + 1e-35))
    })
  })

  test('products of batches of matrices, one of them transposed or none', () => {
    const sizes = fc.record({
      batch: fc.constantFrom(2, 3, 9),
      n: fc.integer({ min: 1, max: 9 }),
      k: fc.integer({ min: 1, max: 9 }),
      m: fc.constantFrom(4, 8, 12, 24),
      transpose: fc.constantFrom('a', 'b', undefined),
    })
    fc.assert(
      fc.property(sizes, fc.nat(1000), ({ batch, n, k, m, transpose }, seed) => {
        const [a, b] = [normal([batch, n, k], seed), normal([batch, k, m], seed + 1)]
        const right = new Float64Array(batch * n * m).map((_, at) => {
          const [item, i, j] = [Math.floor(at / n / m), Math.floor(at / m) % n, at % m]
          return Array.from({ length: k }, (_, l) => a[(item * n + i) * k + l]! * b[(item * k + l) * m + j]!).reduce(
            (x, y) => x + y,
          )
        })
        poison()
        tf.tidy(() => {
          const turned = (x: Tensor, turn: boolean) => (turn ? x.transpose([0, 2, 1]) : x)
          const [left, other] = [
            turned(tf.tensor3d(a, [batch, n, k]), transpose === 'a'),
            turned(tf.tensor3d(b, [batch, k, m]), transpose === 'b'),
          ]
          expectNear(tf.matMul(left, other, transpose === 'a', transpose === 'b').dataSync(), right)
        })
      }),
      { numRuns: 30 },
    )
  })
}, ['wasm'])
