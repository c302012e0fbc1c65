// Determinism: a step returns the same bits in each run. Otherwise a resumed training would differ
// from an uninterrupted one.
import { expect, test } from 'vitest'
import { predict } from '../../../src/engine/models/predict.ts'
import { unetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Scalar, Tensor, Tensor4D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { beginTraining, trainStep } from '../../../src/engine/training/trainStep.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { onEachArithmetic } from '../../backends.ts'
import { adamw, tinyUnet, trainingBytes } from '../../smallTraining.ts'
import { fullTest } from '../../families.ts'

const normal = (shape: number[], seed: number) =>
  tf.tensor(createRandom(seed).normal(shape.reduce((product, size) => product * size, 1)), shape)

/** Returns the bytes of the results of each run of `compute`; disposes the tensors. */
async function outcomeBytes(compute: () => Tensor[], times = 5): Promise<string[]> {
  const found: string[] = []
  for (let i = 0; i < times; i++) {
    const tensors = tf.tidy(compute)
    const numbers = await Promise.all(tensors.map((tensor) => tensor.data()))
    found.push(
      numbers.map((data) => Buffer.from(new Uint8Array(data.buffer)).toString('base64')).join(),
    )
    tf.dispose(tensors)
  }
  return found
}

const optimizer = { ...adamw, lr: 0.001 }

onEachArithmetic(() => {
  fullTest('a training step of a large batch with attention is deterministic', async () => {
    const config = unetConfig({
      sample_size: 8,
      in_channels: 1,
      out_channels: 1,
      block_out_channels: [16],
      down_block_types: ['AttnDownBlock2D'],
      up_block_types: ['UpBlock2D'],
      layers_per_block: 1,
      norm_num_groups: 4,
      add_attention: false,
    })
    const model = unet(config, 'epsilon', createRandom(1), { zero_init: false })
    const state = beginTraining(model.weights, { optimizer, emas: [] })
    const [x, noise] = [normal([36, 8, 8, 1], 2), normal([36, 8, 8, 1], 3)]
    const loss = () =>
      predict({ ...model, weights: state.weights }, x, Float64Array.of(100))
        .sub(noise)
        .square()
        .mean() as Scalar
    const states = await outcomeBytes(() =>
      collectTensors(trainStep(state, { loss, optimizer, emas: [], total: 10 })),
    )
    expect(new Set(states).size).toBe(1)
    tf.dispose([x, noise, ...collectTensors(model), ...collectTensors(state)])
  })

  test('two trainings from scratch with labels and an average are bit-identical', async () => {
    const train = async () => {
      const model = unet(tinyUnet(4), 'epsilon', createRandom(4), { zero_init: false })
      const bytes = await trainingBytes(model, 3, 3)
      tf.dispose(collectTensors(model))
      return bytes
    }
    expect(await train()).toEqual(await train())
  })
}, ['wasm', 'webgpu'])

// Reductions of thousands of terms to few outputs.
onEachArithmetic(() => {
  test.each([
    { n: 36, k: 2500, m: 32 },
    { n: 1, k: 2048, m: 200 },
    { n: 8, k: 2003, m: 500 }, // 16 tiles, split along k only because n is small
  ])('products $n x $k x $m are deterministic, also transposed or biased', async ({ n, k, m }) => {
    const [a, b, bias] = [normal([n, k], 1), normal([k, m], 2), normal([m], 3)]
    const [turnedA, turnedB] = [a.transpose(), b.transpose()]
    const products = (): Tensor[] => [
      tf.matMul(a, b),
      tf.matMul(turnedA, turnedB, true, true),
      tf.fused.matMul({ a: a as never, b: b as never, bias, activation: 'relu' }),
    ]
    expect(new Set(await outcomeBytes(products)).size).toBe(1)
    const [plain, turned, fused] = tf.tidy(products) as [Tensor, Tensor, Tensor]
    const [left, right, added] = [await a.data(), await b.data(), await bias.data()]
    const [found, foundTurned, foundFused] = [
      await plain.data(),
      await turned.data(),
      await fused.data(),
    ]
    for (let at = 0; at < n * m; at += 37) {
      const [i, j] = [Math.floor(at / m), at % m]
      let sum = 0
      for (let l = 0; l < k; l++) sum += left[i * k + l] * right[l * m + j]
      expect(Math.abs(found[at] - sum)).toBeLessThan(2e-3)
      expect(Math.abs(foundTurned[at] - sum)).toBeLessThan(2e-3)
      expect(Math.abs(foundFused[at] - Math.max(0, sum + added[j]))).toBeLessThan(2e-3)
    }
    tf.dispose([a, b, bias, turnedA, turnedB, plain, turned, fused])
  })

  test('a convolution of one small image with many channels is deterministic', async () => {
    const [x, filter] = [
      normal([1, 7, 7, 240], 1) as Tensor4D,
      normal([3, 3, 240, 32], 2) as Tensor4D,
    ]
    const convolved = () => [
      tf.conv2d(x, filter, 1, 'same'),
      tf.fused.conv2d({ x, filter, strides: 1, pad: 'same' }),
    ]
    expect(new Set(await outcomeBytes(convolved, 20)).size).toBe(1)
    tf.dispose([x, filter])
  })
}, ['webgpu'])
