// Capture and replay of GPU commands: the same bits as without replay, for any calls in any order,
// and no leaks. On a real (software) device.
import { afterEach, expect, test } from 'vitest'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Scalar, Tensor, Tensor2D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { beginTraining, trainStep } from '../../../src/engine/training/trainStep.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import type { WebGPUBackend } from '../../../src/engine/backends/webgpu/backend.ts'
import { MAX_IDLE_SUBMITS } from '../../../src/engine/backends/webgpu/bufferPool.ts'
import { captureOrReplay, captureOrReplayAll } from '../../../src/engine/base/captureOrReplay.ts'
import { onEachBackend } from '../../backends.ts'
import type { OptimizerConfig } from '../../../src/engine/training/optimizers.ts'
import { lossKinds, meanError } from '../../../src/engine/losses/errors.ts'
import { crossEntropy } from '../../../src/engine/losses/classification.ts'
import { adamw, tinyUnet } from '../../smallTraining.ts'
import { fullTest } from '../../families.ts'

const backend = () => tf.backend() as unknown as WebGPUBackend

const network = (): Model =>
  mlp(
    {
      dim: 2,
      hidden: 16,
      layers: 2,
      time_embedding_dim: 8,
      num_classes: 0,
      activation: 'silu',
      fourier_features: 1,
    },
    'epsilon',
    createRandom(3),
  )
const images = (): Model => unet(tinyUnet(), 'epsilon', createRandom(1), { zero_init: false })

/** How many captures were replayed while `work` ran. */
async function countReplays(work: () => Promise<unknown>): Promise<number> {
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
  return tf.tensor(createRandom(5, seed).normal(shape.reduce((a, b) => a * b)), shape)
}

type Loss = (model: Model, step: number) => Scalar

/** The mean squared error of the noise, at other timesteps in every step. */
const plain: Loss = (model, step) => {
  const t = Float64Array.from(createRandom(6, [step]).integers(4, 1000))
  return predict(model, noiseFor(model, 4, [step]), t)
    .sub(noiseFor(model, 4, [step, 1]))
    .square()
    .mean() as Scalar
}

/** The bits of the weights and losses of a training. */
async function trainingBits(
  make: () => Model,
  loss: Loss,
  { steps = 8, optimizer = adamw }: { steps?: number; optimizer?: OptimizerConfig } = {},
): Promise<Uint32Array[]> {
  const model = make()
  const config = { optimizer, emas: [] }
  let state = beginTraining(model.weights, config)
  const losses: Float32Array[] = []
  for (let i = 0; i < steps; i++) {
    const before = state
    state = trainStep(before, {
      ...config,
      total: steps,
      loss: () => loss({ ...model, weights: before.weights }, i),
    })
    losses.push((await state.loss!.data()) as Float32Array)
    const kept = new Set(collectTensors(state))
    tf.dispose(collectTensors(before).filter((tensor) => !kept.has(tensor)))
  }
  const weights = await Promise.all(Object.values(state.weights).map((tensor) => tensor.data()))
  tf.dispose([...collectTensors(model), ...collectTensors(state)])
  return [...losses, ...weights].map(
    (values) => new Uint32Array((values as Float32Array).slice().buffer),
  )
}

/** Runs `work` with replay disabled. */
async function withoutReplay<T>(work: () => Promise<T>): Promise<T> {
  backend().replayEnabled = false
  return work().finally(() => (backend().replayEnabled = true))
}

onEachBackend(() => {
  afterEach(() => void (backend().replayEnabled = true))

  test.each([
    ['a network for points', network],
    ['a UNet', images],
  ])(
    'training %s has the same bits, and six of eight steps replay their forward and backward pass',
    async (_, make) => {
      let bits: Uint32Array[] = []
      expect(await countReplays(async () => void (bits = await trainingBits(make, plain)))).toBe(
        2 * 6,
      )
      expect(bits).toEqual(await withoutReplay(() => trainingBits(make, plain)))
    },
  )

  /** Expects `replays` captures to be replayed, and the same bits as without. */
  async function expectSameTraining(replays: number, ...training: Parameters<typeof trainingBits>) {
    let bits: Uint32Array[] = []
    const count = await countReplays(async () => void (bits = await trainingBits(...training)))
    expect(count).toBe(replays)
    expect(bits).toEqual(await withoutReplay(() => trainingBits(...training)))
    return bits
  }

  fullTest.each([false, true])(
    'dropout differs at every step, and is replayed: checkpointing %s',
    async (checkpointing) => {
      const dropping = (): Model =>
        unet({ ...tinyUnet(), dropout: 0.3 }, 'epsilon', createRandom(1), { zero_init: false })
      const lossWith =
        (seed: number): Loss =>
        (model, step) =>
          plain({ ...model, training: { seed, step, checkpointing } }, step)
      const bits = await expectSameTraining(2 * 6, dropping, lossWith(3))
      expect(await trainingBits(dropping, lossWith(4))).not.toEqual(bits)
      expect(backend().replayCounts.reasons.size).toBe(0)
    },
  )

  test.each([
    { algorithm: 'sgd', momentum: 0.9, nesterov: true },
    { algorithm: 'sgd', weight_decay: 0, clip_norm: 0 },
    { algorithm: 'nadam' },
    { algorithm: 'adamax' },
    { algorithm: 'rmsprop' },
    { algorithm: 'adagrad' },
  ] as const satisfies Partial<OptimizerConfig>[])(
    'an optimizer without a kernel of its own is replayed, with another learning rate at each step: $algorithm',
    async (changes) => {
      const optimizer = { ...adamw, lr_schedule: 'cosine', warmup_steps: 3, ...changes } as const
      await expectSameTraining(3 * 6, network, plain, { optimizer })
    },
  )

  test('an optimizer that begins with other steps is replayed in both parts', async () => {
    const optimizer = { ...adamw, algorithm: 'radam' } as const
    // The first five updates use no second moment.
    await expectSameTraining(2 * 10 + 3 + 5, network, plain, { optimizer, steps: 12 })
  })

  test.each(
    lossKinds
      .filter((kind) => kind !== 'mse')
      .flatMap((kind) => [{ kind }, { kind, isWeighted: true }]),
  )(
    'a loss is replayed, with other weights at each step: %o',
    async ({ kind, isWeighted }: { kind: (typeof lossKinds)[number]; isWeighted?: boolean }) => {
      const loss: Loss = (model, step) => {
        const x = noiseFor(model, 4, [step])
        const weights = isWeighted && Float64Array.from([1, 2, 3, 4], (i) => i / (step + 1))
        return meanError(predict(model, x, Float64Array.of(step)), x, {
          kind,
          ...(weights && { weights }),
        })
      }
      await expectSameTraining(4 * 6, network, loss)
    },
  )

  test('cross-entropy is replayed, with other labels at each step', async () => {
    const loss: Loss = (model, step) =>
      crossEntropy(
        predict(model, noiseFor(model, 4, [step]), Float64Array.of(step)) as Tensor2D,
        Int32Array.from([step % 2, 1, step % 3 === 0 ? -1 : 0, 1]),
      )
    await expectSameTraining(4 * 6, network, loss)
  })

  test('work with several results, of which not all have gradients', async () => {
    const key = {}
    const run = async () => {
      const found: Float32Array[] = []
      for (let i = 0; i < 12; i++) {
        const x = tf.tensor1d([1 + i, 2, 3])
        const f = (x: Tensor) => {
          const [square, sine] = captureOrReplayAll({
            key,
            weights: {},
            inputs: [x],
            run: ([x]) => [x.square(), x.sin().add(x)],
          })
          return (i < 6 ? square.mul(sine) : sine.mul(3)).sum() as Scalar
        }
        const gradient = tf.grad(f)(x)
        const [square, sine] = tf.tidy(() =>
          captureOrReplayAll({
            key,
            weights: {},
            inputs: [x],
            run: ([x]) => [x.square(), x.sin()],
          }),
        )
        for (const each of [gradient, square, sine]) found.push((await each.data()) as Float32Array)
        tf.dispose([x, gradient, square, sine])
      }
      return found
    }
    let found: Float32Array[] = []
    // The second gradient is another one: it is captured in two of the last six evaluations.
    expect(await countReplays(async () => void (found = await run()))).toBe(2 * 4 + 2 + 2 * 2 + 10)
    expect(found).toEqual(await withoutReplay(run))
  })

  test('work with several results, whose gradients are one tensor at first', async () => {
    const key = {}
    const run = async () => {
      const found: Float32Array[] = []
      for (let i = 0; i < 8; i++) {
        const x = tf.tensor1d([1 + i, 2, 3])
        const gradient = tf.grad((x: Tensor) => {
          const [square, sine] = captureOrReplayAll({
            key,
            weights: {},
            inputs: [x],
            run: ([x]) => [x.square(), x.sin().add(x)],
          })
          return (i < 4 ? square.add(sine) : square.mul(sine)).sum() as Scalar
        })(x)
        found.push((await gradient.data()) as Float32Array)
        tf.dispose([x, gradient])
      }
      return found
    }
    let found: Float32Array[] = []
    expect(await countReplays(async () => void (found = await run()))).toBeGreaterThan(4)
    expect(found).toEqual(await withoutReplay(run))
  })

  test('work with other types of numbers than before', async () => {
    const work = (x: Tensor) =>
      tf.tidy(() =>
        captureOrReplay({ key: work, weights: {}, inputs: [x], run: ([x]) => x.mul(2) }),
      )
    for (let i = 0; i < 12; i++) {
      const x = tf.tidy(() => {
        const numbers = tf.tensor1d([i, 2, 3], i < 4 ? 'float32' : 'int32')
        return i < 8 ? numbers : numbers.cast('float32')
      })
      const y = work(x)
      expect([...(await y.data())]).toEqual([2 * i, 4, 6])
      tf.dispose([x, y])
    }
  })

  test('the gradients of an input that a network reads several times are summed in the same order', async () => {
    // The points themselves and their Fourier features are inputs of the network.
    const again: Loss = (model, step) => {
      const first = predict(model, noiseFor(model, 4, [step]), Float64Array.of(10 * step))
      return predict(model, first, Float64Array.of(5)).add(first).square().mean() as Scalar
    }
    let bits: Uint32Array[] = []
    expect(
      await countReplays(async () => void (bits = await trainingBits(network, again))),
    ).toBeGreaterThan(0)
    expect(bits).toEqual(await withoutReplay(() => trainingBits(network, again)))
  })

  test('a loss that evaluates the model twice, the second time on its own output', async () => {
    const twice: Loss = (model, step) => {
      const [x, t] = [noiseFor(model, 4, [step]), Float64Array.of(10 * step)]
      const once = predict(model, x, t)
      return predict(model, x.add(once), Float64Array.of(5)).add(once).square().mean() as Scalar
    }
    let bits: Uint32Array[] = []
    expect(
      await countReplays(async () => void (bits = await trainingBits(network, twice))),
    ).toBeGreaterThan(0)
    expect(bits).toEqual(await withoutReplay(() => trainingBits(network, twice)))
  })

  fullTest(
    'without gradients: other inputs, other shapes, other weights, and weights in another order',
    async () => {
      const [model, other] = [images(), images()]
      const scaled = {
        ...other,
        weights: Object.fromEntries(
          Object.entries(other.weights).map(([name, w]) => [name, w.mul(1.5)]),
        ),
      }
      const turned = {
        ...model,
        weights: Object.fromEntries(Object.entries(model.weights).toReversed()),
      }
      const run = async () => {
        const found: Float32Array[] = []
        for (let i = 0; i < 6; i++) {
          for (const [which, batch] of [
            [model, 2],
            [model, 3],
            [{ ...scaled, config: model.config }, 2],
            [turned, 2],
          ] as const) {
            const y = tf.tidy(() =>
              predict(which, noiseFor(model, batch, [i]), Float64Array.of(100 + i)),
            )
            found.push((await y.data()) as Float32Array)
            y.dispose()
          }
        }
        return found
      }
      let found: Float32Array[] = []
      expect(await countReplays(async () => void (found = await run()))).toBeGreaterThanOrEqual(
        4 * 3,
      )
      expect(found[0]).toEqual(found[3])
      expect(found).toEqual(await withoutReplay(run))
      tf.dispose([...collectTensors(model), ...collectTensors(other), ...collectTensors(scaled)])
    },
  )

  test('a replayed forward pass with another gradient than before', async () => {
    const model = network()
    const state = beginTraining(model.weights, { optimizer: adamw, emas: [] })
    const inside = { ...model, weights: state.weights }
    const [weight] = [state.weights['linear_in.weight']]
    const asked = (i: number, of: 'x' | 'weight') =>
      tf.tidy(() => {
        const x = noiseFor(model, 4, [i])
        const loss = (x: Tensor, weight: Tensor) =>
          predict(
            { ...inside, weights: { ...inside.weights, 'linear_in.weight': weight } },
            x,
            Float64Array.of(i),
          )
            .square()
            .mean() as Scalar
        return of === 'x'
          ? tf.grad((x) => loss(x, weight))(x)
          : tf.grad((weight) => loss(x, weight))(weight)
      })
    const run = async () => {
      const found: Float32Array[] = []
      for (const [i, of] of (
        ['weight', 'weight', 'weight', 'x', 'weight', 'x', 'x', 'x'] as const
      ).entries()) {
        const gradient = asked(i, of)
        found.push((await gradient.data()) as Float32Array)
        gradient.dispose()
      }
      return found
    }
    let found: Float32Array[] = []
    expect(await countReplays(async () => void (found = await run()))).toBeGreaterThan(4)
    expect(found).toEqual(await withoutReplay(run))
    tf.dispose([...collectTensors(model), ...collectTensors(state)])
  })

  test('work whose commands change is never replayed', async () => {
    const x = tf.tensor1d([1, 2, 3])
    const zeros = tf.tidy(() => x.sin().mul(0))
    const key = {}
    let outside = tf.tensor1d([0, 0, 0])
    const work = {
      number: (i: number) =>
        captureOrReplay({ key, weights: { x }, inputs: [x], run: ([x]) => x.mul(i + 0.5) }),
      tensor: () =>
        captureOrReplay({
          key: work,
          weights: { x },
          inputs: [x],
          run: ([x]) => x.add(outside),
        }),
    }
    const count = await countReplays(async () => {
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
    expect([...backend().replayCounts.reasons.keys()]).toEqual([
      'its commands differ every time',
      'it reads a buffer that is no input',
    ])
    tf.dispose([x, outside, zeros])
  })

  test('captures that stay unused are released with their buffers', async () => {
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
    expect(await countReplays(ask)).toBe(1)
    for (let i = 0; i <= 4 * MAX_IDLE_SUBMITS; i++) {
      tf.tidy(() => void tf.range(0, 2000 + i).square())
      backend().flush()
    }
    expect(await countReplays(async () => expect(await ask()).toEqual(first))).toBe(0)
    expect(await countReplays(async () => expect(await ask()).toEqual(first))).toBe(0)
    expect(await countReplays(async () => expect(await ask()).toEqual(first))).toBe(1)
    tf.dispose(collectTensors(model))
  })
}, ['webgpu'])
