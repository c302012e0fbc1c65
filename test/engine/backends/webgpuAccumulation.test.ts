// Accumulated gradients on WebGPU: kernels add them to those of earlier batches, with the same bits
// as an addition of its own.
import { afterAll, expect, test, vi } from 'vitest'
import { activeBackend } from '../../../src/engine/base/backend.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Scalar, Tensor1D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { beginTraining, trainStep } from '../../../src/engine/training/trainStep.ts'
import { onEachBackend } from '../../backends.ts'
import { webgpuBackend, withGPUKernels, withPoisonedMemory } from '../../kernels.ts'
import { adamw, tinyUnet } from '../../smallTraining.ts'
import { casesOf } from '../../families.ts'

const points = (): Model =>
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

type Loss = (model: Model, step: number) => Scalar

const noiseFor = ({ kind }: Model, ...seed: number[]) => {
  const shape = kind === 'mlp' ? [4, 2] : [4, 4, 4, 1]
  return tf.tensor(createRandom(5, seed).normal(kind === 'mlp' ? 8 : 64), shape)
}

const once: Loss = (model, step) =>
  predict(
    model,
    noiseFor(model, step),
    Float64Array.from(createRandom(6, [step]).integers(4, 1000)),
  )
    .sub(noiseFor(model, step, 1))
    .square()
    .mean() as Scalar

/** Evaluates the model twice, so that each weight has two gradients. */
const twice: Loss = (model, step) => {
  const x = noiseFor(model, step)
  const first = predict(model, x, Float64Array.of(10 * step))
  return predict(model, x.add(first), Float64Array.of(5)).add(first).square().mean() as Scalar
}

/** Reads a weight beside the network, which is then no longer its only reader. */
const penalized: Loss = (model, step) => {
  const [weight] = Object.values(model.weights)
  return once(model, step).add(weight.square().sum().mul(0.01)) as Scalar
}

/** A loss that some weights have no part in: those gradients stay as they are. */
const partial: Loss = (model, step) =>
  (step % 2 ? Object.values(model.weights)[0].square().sum() : once(model, step)) as Scalar

const EVERY = 3
const STEPS = 12

/** The bits of the losses, the sums of gradients and the last weights of a training. */
async function trainingBits(make: () => Model, loss: Loss): Promise<Uint32Array[]> {
  const model = make()
  const config = { optimizer: adamw, emas: [] }
  let state = beginTraining(model.weights, config)
  const numbers: Float32Array[] = []
  const read = async (tensor: { data(): Promise<unknown> } | undefined) =>
    void (tensor && numbers.push((await tensor.data()) as Float32Array))
  for (let step = 0; step < STEPS; step++) {
    const before = state
    state = withPoisonedMemory(() =>
      trainStep(before, {
        ...config,
        total: STEPS,
        gradient_accumulation_steps: EVERY,
        loss: () => loss({ ...model, weights: before.weights }, step),
      }),
    )
    await read(state.loss)
    await read(state.accumulated?.gradient)
    const rest = new Set(collectTensors(state))
    tf.dispose(collectTensors(before).filter((tensor) => !rest.has(tensor)))
  }
  for (const weight of Object.values(state.weights)) await read(weight)
  tf.dispose([...collectTensors(model), ...collectTensors(state)])
  return numbers.map((values) => new Uint32Array(values.slice().buffer))
}

/** Runs `work` with sums of gradients that are additions of vectors. */
async function withSeparateSums<T>(work: () => Promise<T>): Promise<T> {
  const operations = activeBackend()
  const { openGradientSlots } = operations
  operations.openGradientSlots = (weights, layout, before) => {
    const slots = openGradientSlots!(weights, layout)
    return {
      close: slots.close,
      collect(gradients) {
        const sum = slots.collect(gradients)
        return before ? (before.add(sum) as Tensor1D) : sum
      },
    }
  }
  return work().finally(() => (operations.openGradientSlots = openGradientSlots))
}

onEachBackend(() => {
  afterAll(() => vi.restoreAllMocks())

  const losses = [
    ['a network for points', points, once],
    ['a UNet', images, once],
    ['a network that is evaluated twice', points, twice],
    ['a UNet with a penalty on a weight', images, penalized],
    ['losses without some of the weights', points, partial],
  ] as const
  test.each(casesOf(losses, ([, make]) => make === points))(
    '%s has the same bits',
    async (_, make, loss) => {
      const add = vi.spyOn(webgpuBackend(), 'dispatch')
      const bits = await trainingBits(make, loss)
      expect(add.mock.calls.some(([{ key }]) => key.endsWith('accumulated'))).toBe(true)
      add.mockRestore()
      expect(bits).toEqual(await withSeparateSums(() => trainingBits(make, loss)))
      webgpuBackend().replayEnabled = false
      expect(bits).toEqual(await trainingBits(make, loss))
      webgpuBackend().replayEnabled = true
    },
  )

  if (process.env.FULL)
    test('the kernels for hardware have the same bits', { timeout: 600_000 }, () =>
      withGPUKernels(async () => {
        const bits = await trainingBits(images, once)
        expect(bits).toEqual(await withSeparateSums(() => trainingBits(images, once)))
      }),
    )
}, ['webgpu'])
