// Work that is given to the GPU again from a recording: the same bits as when it is done, whatever is asked of it and in
// whatever order, and nothing of it left. On a real device, made of software.
import { afterEach, expect, test } from 'vitest'
import { mlp } from '../../src/engine/models/mlp.ts'
import { predict } from '../../src/engine/models/predict.ts'
import { unet } from '../../src/engine/models/unet/init.ts'
import { randomOf } from '../../src/engine/random.ts'
import type { Scalar, Tensor } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import { beginTraining, trainStep } from '../../src/engine/training.ts'
import type { Model } from '../../src/engine/values.ts'
import { tensorsOf } from '../../src/engine/values.ts'
import type { Backend } from '../../src/engine/webgpu/backend.ts'
import { KEPT_FOR } from '../../src/engine/webgpu/pool.ts'
import { replayed } from '../../src/engine/webgpu/replay.ts'
import { onEachBackend } from '../backends.ts'
import { adamw, tinyUnet } from '../smallTraining.ts'

const backend = () => tf.backend() as unknown as Backend

const network = (): Model =>
  mlp(
    { dim: 2, hidden: 16, layers: 2, time_embedding_dim: 8, num_classes: 0, activation: 'silu', fourier_features: 1 },
    'epsilon',
    randomOf(3),
  )
const images = (): Model => unet(tinyUnet(), 'epsilon', randomOf(1), { zero_init: false })

/** How many recordings were given while `work` ran. */
async function repeats(work: () => Promise<unknown>): Promise<number> {
  const gpu = backend()
  const { replay } = gpu
  let count = 0
  gpu.replay = (...args) => (count++, replay.apply(gpu, args))
  try {
    await work()
  } finally {
    gpu.replay = replay
  }
  return count
}

const noiseFor = (model: Model, batch: number, seed: number[]) => {
  const shape = model.kind === 'mlp' ? [batch, 2] : [batch, 4, 4, 1]
  return tf.tensor(randomOf(5, seed).normal(shape.reduce((a, b) => a * b)), shape)
}

type Loss = (model: Model, step: number) => Scalar

/** The mean squared error of the noise, at timesteps that are others in every step. */
const plain: Loss = (model, step) => {
  const t = Float64Array.from(randomOf(6, [step]).integers(4, 1000))
  return predict(model, noiseFor(model, 4, [step]), t)
    .sub(noiseFor(model, 4, [step, 1]))
    .square()
    .mean() as Scalar
}

/** Weights and losses of a training, as bits. */
async function trained(make: () => Model, loss: Loss, steps = 8): Promise<Uint32Array[]> {
  const model = make()
  const config = { optimizer: adamw, emas: [] }
  let state = beginTraining(model.weights, config)
  const losses: Float32Array[] = []
  for (let i = 0; i < steps; i++) {
    const before = state
    state = trainStep(before, { ...config, total: steps, loss: () => loss({ ...model, weights: before.weights }, i) })
    losses.push((await state.loss!.data()) as Float32Array)
    const kept = new Set(tensorsOf(state))
    tf.dispose(tensorsOf(before).filter((tensor) => !kept.has(tensor)))
  }
  const weights = await Promise.all(Object.values(state.weights).map((tensor) => tensor.data()))
  tf.dispose([...tensorsOf(model), ...tensorsOf(state)])
  return [...losses, ...weights].map((values) => new Uint32Array((values as Float32Array).slice().buffer))
}

/** The same without recordings. */
async function undone<T>(work: () => Promise<T>): Promise<T> {
  backend().replays = false
  return work().finally(() => (backend().replays = true))
}

onEachBackend(() => {
  afterEach(() => void (backend().replays = true))

  test.each([
    ['a network for points', network],
    ['a UNet', images],
  ])('%s is trained to the same bits, and six steps of eight are given again, there and back', async (_, make) => {
    let bits: Uint32Array[] = []
    expect(await repeats(async () => void (bits = await trained(make, plain)))).toBe(2 * 6)
    expect(bits).toEqual(await undone(() => trained(make, plain)))
  })

  test('a loss that asks twice, and goes on from what it was told', async () => {
    const twice: Loss = (model, step) => {
      const [x, t] = [noiseFor(model, 4, [step]), Float64Array.of(10 * step)]
      const once = predict(model, x, t)
      return predict(model, x.add(once), Float64Array.of(5)).add(once).square().mean() as Scalar
    }
    let bits: Uint32Array[] = []
    expect(await repeats(async () => void (bits = await trained(network, twice)))).toBeGreaterThan(0)
    expect(bits).toEqual(await undone(() => trained(network, twice)))
  })

  test('without gradients: other numbers, other shapes, and weights that are elsewhere or in another order', async () => {
    const [model, other] = [images(), images()]
    const scaled = { ...other, weights: Object.fromEntries(Object.entries(other.weights).map(([name, w]) => [name, w.mul(1.5)])) }
    const turned = { ...model, weights: Object.fromEntries(Object.entries(model.weights).toReversed()) }
    const run = async () => {
      const found: Float32Array[] = []
      for (let i = 0; i < 6; i++) {
        for (const [which, batch] of [
          [model, 2],
          [model, 3],
          [{ ...scaled, config: model.config }, 2],
          [turned, 2],
        ] as const) {
          const y = tf.tidy(() => predict(which, noiseFor(model, batch, [i]), Float64Array.of(100 + i)))
          found.push((await y.data()) as Float32Array)
          y.dispose()
        }
      }
      return found
    }
    let found: Float32Array[] = []
    expect(await repeats(async () => void (found = await run()))).toBeGreaterThanOrEqual(4 * 3)
    expect(found[0]).toEqual(found[3])
    expect(found).toEqual(await undone(run))
    tf.dispose([...tensorsOf(model), ...tensorsOf(other), ...tensorsOf(scaled)])
  })

  test('a gradient that was not asked for before, of what was given again', async () => {
    const model = network()
    const state = beginTraining(model.weights, { optimizer: adamw, emas: [] })
    const inside = { ...model, weights: state.weights }
    const [weight] = [state.weights['linear_in.weight']!]
    const asked = (i: number, of: 'x' | 'weight') =>
      tf.tidy(() => {
        const x = noiseFor(model, 4, [i])
        const loss = (x: Tensor, weight: Tensor) =>
          predict({ ...inside, weights: { ...inside.weights, 'linear_in.weight': weight } }, x, Float64Array.of(i))
            .square()
            .mean() as Scalar
        return of === 'x' ? tf.grad((x) => loss(x, weight))(x) : tf.grad((weight) => loss(x, weight))(weight)
      })
    const run = async () => {
      const found: Float32Array[] = []
      for (const [i, of] of (['weight', 'weight', 'weight', 'x', 'weight', 'x', 'x', 'x'] as const).entries()) {
        const gradient = asked(i, of)
        found.push((await gradient.data()) as Float32Array)
        gradient.dispose()
      }
      return found
    }
    let found: Float32Array[] = []
    expect(await repeats(async () => void (found = await run()))).toBeGreaterThan(4)
    expect(found).toEqual(await undone(run))
    tf.dispose([...tensorsOf(model), ...tensorsOf(state)])
  })

  test('what is not the same every time is done every time', async () => {
    const x = tf.tensor1d([1, 2, 3])
    const zeros = tf.tidy(() => x.sin().mul(0))
    const key = {}
    let outside = tf.tensor1d([0, 0, 0])
    const work = {
      number: (i: number) => replayed({ key, weights: {}, inputs: [x], run: ([x]) => x!.mul(i + 0.5) }),
      tensor: () => replayed({ key: work, weights: {}, inputs: [x], run: ([x]) => x!.add(outside) }),
    }
    const count = await repeats(async () => {
      for (let i = 0; i < 10; i++) {
        outside.dispose()
        outside = tf.tidy(() => zeros.add(i)) // on the device
        const [product, sum] = [work.number(i), work.tensor()]
        expect([...(await product.data())]).toEqual([i + 0.5, 2 * i + 1, 3 * i + 1.5])
        expect([...(await sum.data())]).toEqual([i + 1, i + 2, i + 3])
        tf.dispose([product, sum])
      }
    })
    expect(count).toBe(0)
    expect([...backend().tally.why]).toEqual(['its commands are others every time', 'it reads what it was not given'])
    tf.dispose([x, outside, zeros])
  })

  test('recordings that were not used for long are gone with what they need', async () => {
    const model = network()
    const say = () => tf.tidy(() => predict(model, noiseFor(model, 4, [1]), Float64Array.of(3)))
    const ask = async () => {
      const y = say()
      const values = [...(await y.data())]
      y.dispose()
      return values
    }
    const first = await ask()
    await ask()
    expect(await repeats(ask)).toBe(1)
    for (let i = 0; i <= 4 * KEPT_FOR; i++) {
      tf.tidy(() => void tf.range(0, 2000 + i).square())
      backend().flush()
    }
    expect(await repeats(async () => expect(await ask()).toEqual(first))).toBe(0)
    expect(await repeats(async () => expect(await ask()).toEqual(first))).toBe(0)
    expect(await repeats(async () => expect(await ask()).toEqual(first))).toBe(1)
    tf.dispose(tensorsOf(model))
  })
}, ['webgpu'])
