// Custom functions of the wasm backend, beyond the layers of fused.test.ts.
import { expect, test } from 'vitest'
import { groupNorm } from '../../../src/engine/layers/groupNorm.ts'
import { silu } from '../../../src/engine/layers/activations.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import type { Tensor1D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { sumChannels, sumItems } from '../../../src/engine/backends/wasm/pixelSums.ts'
import { siluGradient } from '../../../src/engine/backends/wasm/vectorOps.ts'
import { activeWasm } from '../../../src/engine/backends/wasm/wasmFunctions.ts'
import { onEachArithmetic } from '../../backends.ts'

onEachArithmetic(() => {
  test('the custom functions are loaded', () => {
    expect(activeWasm()).toBeDefined()
  })

  test('SiLU of numbers far from zero', () => {
    const z = Float32Array.from([
      -200, -100, -88, -50, -17, -1e-3, 0, 1e-30, 1e-3, 5, 17, 50, 88, 100, 200, 3e38,
    ])
    tf.tidy(() => {
      // Mean 0 and variance 1 in 16 rows; the weight is 0 and the bias z.
      const x = tf.tensor4d(
        Float32Array.from({ length: 16 * 16 }, (_, i) => (Math.floor(i / 16) % 2) * 2 - 1),
        [1, 1, 16, 16],
      )
      const y = groupNorm(x, tf.zeros([16]) as Tensor1D, tf.tensor1d(z), {
        groups: 4,
        eps: 0,
        silu: true,
      })
      const right = Float64Array.from(z, (value) => value / (1 + Math.exp(-value)))
      const got = y.dataSync().slice(0, 16)
      got.forEach((value, i) =>
        expect(Math.abs(value - right[i])).toBeLessThanOrEqual(3e-7 * Math.abs(right[i]) + 1e-35),
      )
    })
  })

  test.each([4, 7, 4096])('the gradient of SiLU has the bits of tfjs for %i numbers', (size) => {
    tf.tidy(() => {
      const [x, dy] = [1, 2].map((seed) => tf.tensor1d(createRandom(seed).normal(size)))
      const gate = x.sigmoid()
      const y = x.mul(gate)
      const composed = dy.mul(gate.add(y.sub(y.mul(gate)))).dataSync()
      const own = siluGradient(activeWasm()!, dy, gate, y)!
      expect(own.dataSync()).toEqual(composed)
      const { grads } = differentiate(() => silu(x), [x], dy)
      expect(grads[0]!.dataSync()).toEqual(composed)
    })
  })

  test.each([
    [1, 1, 4],
    [3, 300, 8],
    [2, 5, 3],
    // Several jobs of a worker pool.
    [4, 1000, 132],
  ])('sums of the pixels of %i items of %i x %i', (items, rows, channels) => {
    const value = (item: number, row: number, channel: number) =>
      ((item * 7 + row * 3 + channel) % 11) - 4
    const numbers = Array.from({ length: items * rows * channels }, (_, i) =>
      value(Math.floor(i / channels / rows), Math.floor(i / channels) % rows, i % channels),
    )
    const perItem = Array.from({ length: items * channels }, (_, i) => {
      const [item, channel] = [Math.floor(i / channels), i % channels]
      return Array.from({ length: rows }, (_, row) => value(item, row, channel)).reduce(
        (a, b) => a + b,
      )
    })
    tf.tidy(() => {
      const x = tf.tensor3d(numbers, [items, rows, channels])
      expect(sumItems(activeWasm()!, x, items).arraySync().flat()).toEqual(perItem)
      const all = Array.from({ length: channels }, (_, channel) =>
        perItem.filter((_, i) => i % channels === channel).reduce((a, b) => a + b),
      )
      expect(sumItems(activeWasm()!, x, 1).arraySync()).toEqual([all])
      expect(sumChannels(activeWasm()!, x).arraySync()).toEqual(all)
    })
  })
}, ['wasm'])
