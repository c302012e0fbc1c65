// A training that goes on has the bits of one that never stopped only if each step has the same bits whenever it is made.
import { expect, test } from 'vitest'
import { meanError } from '../../src/engine/losses/errors.ts'
import { predict } from '../../src/engine/models/predict.ts'
import type { UnetConfig } from '../../src/engine/models/unet/config.ts'
import { unetConfig } from '../../src/engine/models/unet/config.ts'
import { unet } from '../../src/engine/models/unet/init.ts'
import { randomOf } from '../../src/engine/random.ts'
import type { Scalar, Tensor, Tensor4D } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import { beginTraining, trainStep } from '../../src/engine/training.ts'
import { tensorsOf } from '../../src/engine/values.ts'
import { onEachBackend } from '../backends.ts'
import { adamw, tinyUnet } from '../smallTraining.ts'

const normal = (shape: number[], seed: number) =>
  tf.tensor(randomOf(seed).normal(shape.reduce((product, size) => product * size, 1)), shape)

/** The bytes of each outcome of `compute`; tensors are given back. */
async function outcomes(compute: () => Tensor[], times = 5): Promise<string[]> {
  const found: string[] = []
  for (let i = 0; i < times; i++) {
    const tensors = tf.tidy(compute)
    const numbers = await Promise.all(tensors.map((tensor) => tensor.data()))
    found.push(numbers.map((data) => Buffer.from(new Uint8Array(data.buffer)).toString('base64')).join())
    tf.dispose(tensors)
  }
  return found
}

const optimizer = { ...adamw, lr: 0.001 }

const ema = { kind: 'constant', decay: 0.9 } as const

/** The bytes of everything that a training of a few steps ends with: weights, moments, average and losses. */
async function trained(config: UnetConfig, steps: number): Promise<string[]> {
  const random = randomOf(4)
  const model = unet(config, 'epsilon', random, { zero_init: false })
  const setup = { optimizer, emas: [ema] }
  let state = beginTraining(model.weights, setup)
  for (let i = 0; i < steps; i++) {
    const [x, noise] = [0, 1].map(() => tf.tensor4d(random.normal(6 * 16), [6, 4, 4, 1])) as [Tensor4D, Tensor4D]
    const labels = { kind: 'labels', labels: random.integers(6, 3) } as const
    const t = Float64Array.from(random.integers(6, 1000))
    const loss = () => meanError(predict({ ...model, weights: state.weights }, x, t, labels), noise, { kind: 'mse' })
    const next = trainStep(state, { loss, ...setup, total: steps })
    const kept = new Set(tensorsOf(next))
    tf.dispose([x, noise, ...tensorsOf(state).filter((tensor) => !kept.has(tensor))])
    state = next
  }
  const numbers = await Promise.all(tensorsOf(state).map((tensor) => tensor.data()))
  tf.dispose([...tensorsOf(model), ...tensorsOf(state)])
  return numbers.map((data) => Buffer.from(new Uint8Array(data.buffer)).toString('base64'))
}

onEachBackend(() => {
  test('a training step of a UNet with attention, in a batch with thousands of pixels', async () => {
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
    const model = unet(config, 'epsilon', randomOf(1), { zero_init: false })
    const state = beginTraining(model.weights, { optimizer, emas: [] })
    const [x, noise] = [normal([36, 8, 8, 1], 2), normal([36, 8, 8, 1], 3)]
    const loss = () =>
      predict({ ...model, weights: state.weights }, x, Float64Array.of(100))
        .sub(noise)
        .square()
        .mean() as Scalar
    const states = await outcomes(() => tensorsOf(trainStep(state, { loss, optimizer, emas: [], total: 10 })))
    expect(new Set(states).size).toBe(1)
    tf.dispose([x, noise, ...tensorsOf(model), ...tensorsOf(state)])
  })

  test('two trainings from the first weights on, with labels and an average', async () => {
    const config = tinyUnet(4)
    expect(await trained(config, 3)).toEqual(await trained(config, 3))
  })
}, ['wasm', 'webgpu'])

// Few outputs of thousands of terms.
onEachBackend(() => {
  test.each([
    { n: 36, k: 2500, m: 32 },
    { n: 1, k: 2048, m: 200 },
    { n: 8, k: 2003, m: 500 }, // 16 tiles: so many are split only where there are few rows
  ])('$n x $k x $m, with a bias or without, transposed or not', async ({ n, k, m }) => {
    const [a, b, bias] = [normal([n, k], 1), normal([k, m], 2), normal([m], 3)]
    const [turnedA, turnedB] = [a.transpose(), b.transpose()]
    const products = (): Tensor[] => [
      tf.matMul(a, b),
      tf.matMul(turnedA, turnedB, true, true),
      tf.fused.matMul({ a: a as never, b: b as never, bias, activation: 'relu' }),
    ]
    expect(new Set(await outcomes(products)).size).toBe(1)
    const [plain, turned, fused] = tf.tidy(products) as [Tensor, Tensor, Tensor]
    const [left, right, added] = [await a.data(), await b.data(), await bias.data()]
    const [found, foundTurned, foundFused] = [await plain.data(), await turned.data(), await fused.data()]
    for (let at = 0; at < n * m; at += 37) {
      const [i, j] = [Math.floor(at / m), at % m]
      let sum = 0
      for (let l = 0; l < k; l++) sum += left[i * k + l]! * right[l * m + j]!
      expect(Math.abs(found[at]! - sum)).toBeLessThan(2e-3)
      expect(Math.abs(foundTurned[at]! - sum)).toBeLessThan(2e-3)
      expect(Math.abs(foundFused[at]! - Math.max(0, sum + added[j]!))).toBeLessThan(2e-3)
    }
    tf.dispose([a, b, bias, turnedA, turnedB, plain, turned, fused])
  })

  test('a convolution of one small image with many channels', async () => {
    const [x, filter] = [normal([1, 7, 7, 240], 1) as Tensor4D, normal([3, 3, 240, 32], 2) as Tensor4D]
    const convolved = () => [tf.conv2d(x, filter, 1, 'same'), tf.fused.conv2d({ x, filter, strides: 1, pad: 'same' })]
    expect(new Set(await outcomes(convolved, 20)).size).toBe(1)
    tf.dispose([x, filter])
  })
}, ['webgpu'])
