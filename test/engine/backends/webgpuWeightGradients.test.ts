// Gradients of weights on webgpu: custom kernels that write them to their slots in the vector of
// all gradients.
import { expect, test, vi } from 'vitest'
import { currentLayout, unflatten } from '../../../src/engine/training/flatWeights.ts'
import { conv2d } from '../../../src/engine/layers/conv.ts'
import { groupNorm } from '../../../src/engine/layers/groupNorm.ts'
import { linear } from '../../../src/engine/layers/linear.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { activeBackend } from '../../../src/engine/base/backend.ts'
import { activeWebGPU } from '../../../src/engine/backends/webgpu/activeWebGPU.ts'
import { onEachBackend } from '../../backends.ts'

/** Large enough for the custom kernels on a software device. */
const [b, side, channels, k] = [4, 16, 16, 3]
const pixels = b * side * side

/** dW and db of sum(dy y), y = x * W + b, as sums over pixels. */
function referenceConvGradients(x: Float32Array, dy: Float32Array): [Float64Array, Float64Array] {
  const [dW, db] = [new Float64Array(k * k * channels * channels), new Float64Array(channels)]
  for (let i = 0; i < pixels; i++) {
    const [row, column] = [Math.floor(i / side) % side, i % side]
    for (let o = 0; o < channels; o++) db[o] += dy[i * channels + o]
    for (let tap = 0; tap < k * k; tap++) {
      const [down, right] = [Math.floor(tap / k) - 1, (tap % k) - 1]
      if (row + down < 0 || row + down >= side || column + right < 0 || column + right >= side)
        continue
      const from = (i + down * side + right) * channels
      for (let c = 0; c < channels; c++) {
        const at = (tap * channels + c) * channels
        for (let o = 0; o < channels; o++) dW[at + o] += x[from + c] * dy[i * channels + o]
      }
    }
  }
  return [dW, db]
}

function difference(got: ArrayLike<number>, right: Float64Array): number {
  const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return right.reduce((most, value, i) => Math.max(most, Math.abs(got[i] - value)), 0) / largest
}

onEachBackend(() => {
  /**
   * The gradients of sum(dy layer(x)) through gradient slots, and how many of them were copied to
   * their slots.
   */
  async function collectGradients(
    layer: (...weights: Tensor[]) => Tensor,
    weights: Tensor[],
    dy: Tensor,
  ) {
    const slots = activeBackend().openGradientSlots!(weights, currentLayout(weights))
    const copy = vi.spyOn(activeWebGPU()!, 'copy')
    const [flat, ...parts] = tf.tidy(() => {
      const loss = () =>
        layer(...weights)
          .mul(dy)
          .sum() as Scalar
      const { grads } = tf
        .engine()
        .gradients(loss, weights as never, undefined, true) as unknown as { grads: Tensor[] }
      const flat = slots.collect(grads)
      return [flat, ...unflatten(flat, weights)]
    })
    slots.close()
    const copied = copy.mock.calls.flatMap(([parts]) => parts).length
    copy.mockRestore()
    const numbers = await Promise.all(parts.map((part) => part.data()))
    tf.dispose([flat, ...parts])
    return { numbers, copied }
  }

  test('gradients of a convolution are written to their slots; those of weights that are used twice are summed and copied', async () => {
    const random = createRandom(3)
    const [x, dy] = [random.normal(pixels * channels), random.normal(pixels * channels)]
    const shape = [b, side, side, channels] as [number, number, number, number]
    const [image, slope] = [tf.tensor4d(x, shape), tf.tensor4d(dy, shape)]
    const weights = [
      tf.tensor1d([1]),
      tf.tensor4d(random.normal(k * k * channels ** 2), [k, k, channels, channels]),
      tf.tensor1d(random.normal(channels)),
    ]
    const layer = (scale: Tensor, weight: Tensor, bias: Tensor) =>
      conv2d(image.mul(scale.mul(0).add(1)), weight as Tensor4D, bias as Tensor1D)
    const right = referenceConvGradients(x, dy)
    const once = await collectGradients(layer, weights, slope)
    // Only the scale is copied, which is no weight of the convolution.
    expect(once.copied).toBe(1)
    right.forEach((values, i) =>
      expect(difference(once.numbers[i + 1], values), `${i}`).toBeLessThan(1e-5),
    )
    const twice = await collectGradients(
      (...all) =>
        layer(...(all as [Tensor, Tensor, Tensor])).add(
          layer(...(all as [Tensor, Tensor, Tensor])),
        ),
      weights,
      slope,
    )
    expect(twice.copied).toBe(3)
    right.forEach((values, i) =>
      expect(
        difference(
          twice.numbers[i + 1],
          values.map((v) => 2 * v),
        ),
        `${i}`,
      ).toBeLessThan(1e-5),
    )
    tf.dispose([image, slope, ...weights])
  })

  test.each([true, false])('gradients of a linear layer, with a bias: %s', async (hasBias) => {
    const [rows, from, to] = [601, 60, 66]
    const random = createRandom(4)
    const [x, dy] = [random.normal(rows * from), random.normal(rows * to)]
    const [input, slope] = [tf.tensor2d(x, [rows, from]), tf.tensor2d(dy, [rows, to])]
    const weights: Tensor[] = [
      tf.tensor2d(random.normal(from * to), [from, to]),
      ...(hasBias ? [tf.tensor1d(random.normal(to))] : []),
    ]
    const { numbers, copied } = await collectGradients(
      (w, bias) => linear(input, w as Tensor2D, bias as Tensor1D),
      weights,
      slope,
    )
    expect(copied).toBe(0)
    const right = [new Float64Array(from * to), new Float64Array(to)]
    for (let i = 0; i < rows; i++) {
      for (let o = 0; o < to; o++) {
        right[1][o] += dy[i * to + o]
        for (let c = 0; c < from; c++) right[0][c * to + o] += x[i * from + c] * dy[i * to + o]
      }
    }
    numbers.forEach((values, i) => expect(difference(values, right[i]), `${i}`).toBeLessThan(1e-5))
    tf.dispose([input, slope, ...weights])
  })

  test('gradients of norms are summed in one dispatch, and match those without slots', async () => {
    const random = createRandom(5)
    const [image, slope] = [1, 2].map(() =>
      tf.tensor4d(random.normal(3 * 5 * 5 * 12), [3, 5, 5, 12]),
    ) as [Tensor4D, Tensor4D]
    const weights: Tensor[] = [1, 2, 3, 4].map(() => tf.tensor1d(random.normal(12)))
    const layer = (...all: Tensor[]) => {
      const [w1, b1, w2, b2] = all as [Tensor1D, Tensor1D, Tensor1D, Tensor1D]
      const h = groupNorm(image, w1, b1, { groups: 3, eps: 1e-5, silu: true })
      return groupNorm(h, w2, b2, { groups: 4, eps: 1e-5 })
    }
    const dispatch = vi.spyOn(activeWebGPU()!, 'dispatch')
    const { numbers, copied } = await collectGradients(layer, weights, slope)
    const keys = dispatch.mock.calls.map(([{ key }]) => key)
    dispatch.mockRestore()
    expect(copied).toBe(0)
    expect(keys.filter((key) => key.startsWith('sums of partial sums'))).toHaveLength(1)
    const alone = tf.grads((...all: Tensor[]) => layer(...all).mul(slope))(weights)
    for (const [i, gradient] of alone.entries()) {
      const right = Float64Array.from(await gradient.data())
      expect(difference(numbers[i], right), `${i}`).toBeLessThan(1e-6)
    }
    tf.dispose([image, slope, ...weights, ...alone])
  })
}, ['webgpu'])
