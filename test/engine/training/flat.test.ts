// Weights as one vector with the alignment of the backend, and states with the alignment of another
// backend.
import { expect, test, vi } from 'vitest'
import { storeTraining } from '../../../src/engine/checkpoint/device.ts'
import {
  flatten,
  toCurrentLayout,
  currentLayout,
  unflatten,
  vectorLayout,
} from '../../../src/engine/training/flatWeights.ts'
import type { OptimizerConfig } from '../../../src/engine/training/optimizers.ts'
import { activeBackend } from '../../../src/engine/base/backend.ts'
import { runTidied } from '../../../src/engine/base/memory.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Scalar, Tensor, Tensor1D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { TrainingState } from '../../../src/engine/training/trainStep.ts'
import { beginTraining, resumeTraining, trainStep } from '../../../src/engine/training/trainStep.ts'
import { claimGradientSlot } from '../../../src/engine/backends/webgpu/gradientArena.ts'
import { activeWebGPU, wrapTensor } from '../../../src/engine/backends/webgpu/activeWebGPU.ts'
import { onEachBackend } from '../../backends.ts'
import { adamw } from '../../smallTraining.ts'

const shapes = [[3, 5], [64], [1], [2, 2, 33], [128]]
const sizes = shapes.map((shape) => shape.reduce((product, size) => product * size, 1))
const tensors = () => shapes.map((shape, i) => tf.tensor(createRandom(i).normal(sizes[i]), shape))
const numbersOf = async (all: readonly Tensor[]) =>
  Promise.all(all.map(async (tensor) => [...(await tensor.data())]))

const optimizer: OptimizerConfig = adamw
const config = {
  optimizer,
  emas: [{ kind: 'power_function', sigma_rel: 0.1, snapshots: 2 } as const],
}

/** A network with other weights, which are stored as they are. */
const mlpConfig = {
  dim: 2,
  hidden: 4,
  layers: 1,
  time_embedding_dim: 4,
  num_classes: 0,
  activation: 'silu',
  fourier_features: 0,
}

/** Trains with two batches per optimizer step; the loss does not depend on the third weight. */
function trainSteps(state: TrainingState, steps: number): TrainingState {
  for (let i = 0; i < steps; i++) {
    const before = state
    const loss = () => {
      const [a, b, , d] = Object.values(before.weights)
      return tf.add(tf.add(a.square().sum(), b.sub(1).square().mean()), d.sin().sum()) as Scalar
    }
    state = trainStep(before, { ...config, loss, total: 100, gradient_accumulation_steps: 2 })
  }
  return state
}

const named = (all: readonly Tensor[]) =>
  Object.fromEntries(all.map((tensor, i) => [`w${i}`, tensor]))

/** Copies a vector to the layout of a backend that aligns tensors to multiples of `multiple`. */
async function laidOutBy(
  multiple: number,
  flat: Tensor1D,
  like: readonly Tensor[],
): Promise<Tensor1D> {
  const numbers = await flat.data()
  const parts = vectorLayout(flat, like).offsets.map((place, i) => {
    const part = new Float32Array(Math.ceil(sizes[i] / multiple) * multiple)
    part.set(numbers.subarray(place, place + sizes[i]))
    return [...part]
  })
  return tf.tensor1d(parts.flat(), 'float32')
}

onEachBackend((name) => {
  const otherAlignment = name === 'webgpu' ? 1 : 64

  test('unflatten inverts flatten; on webgpu the padding is zero', async () => {
    const all = tensors()
    const flat = runTidied(() => flatten(all))
    const parts = runTidied(() => unflatten(flat, all))
    const { offsets, size } = currentLayout(all)
    expect(offsets).toEqual(name === 'webgpu' ? [0, 64, 128, 192, 384] : [0, 15, 79, 80, 212])
    expect(flat.size).toBe(size)
    expect(await numbersOf(parts)).toEqual(await numbersOf(all))
    expect(parts.map(({ shape }) => shape)).toEqual(shapes)
    const between = Array.from(await flat.data()).filter(
      (_, i) => !offsets.some((place, k) => i >= place && i < place + sizes[k]),
    )
    expect(between).toEqual(Array.from({ length: size - 340 }, () => 0))
    tf.dispose([...all, flat, ...parts])
  })

  test('reads and converts vectors with the layout of another backend', async () => {
    const all = tensors()
    const flat = runTidied(() => flatten(all))
    const other = await laidOutBy(otherAlignment, flat, all)
    const parts = runTidied(() => unflatten(other, all))
    const again = runTidied(() => toCurrentLayout(other, all))
    expect(other.size).not.toBe(flat.size)
    expect(await numbersOf(parts)).toEqual(await numbersOf(all))
    expect(await numbersOf([again])).toEqual(await numbersOf([flat]))
    expect(toCurrentLayout(flat, all)).toBe(flat)
    const wrong = tf.zeros([341]) as Tensor1D
    expect(() => vectorLayout(wrong, all)).toThrow(
      'Expected the elements of 5 tensors, got a vector of 341.',
    )
    tf.dispose([...all, flat, other, ...parts, again, wrong])
  })

  test('saves and resumes a state with the layout of another backend bit for bit', async () => {
    tf.engine().startScope()
    const start = beginTraining(named(tensors()), config)
    const state = trainSteps(start, 5)
    const like = Object.values(state.weights)
    const other = async (flat: Tensor1D) => laidOutBy(otherAlignment, flat, like)
    const weights = named(like.map((tensor) => tensor.clone()))
    const moved: TrainingState = {
      ...state,
      weights,
      moments: {
        first: await other(state.moments.first!),
        second: await other(state.moments.second!),
      },
      averages: [
        {
          ...state.averages[0],
          weights: await other(state.averages[0].weights),
          snapshots: await Promise.all(
            state.averages[0].snapshots.map(async (one) => ({
              ...one,
              weights: await other(one.weights),
            })),
          ),
        },
      ],
      accumulated: { ...state.accumulated!, gradient: await other(state.accumulated!.gradient) },
    }
    const store = async (state: TrainingState) =>
      storeTraining(state, { kind: 'mlp', config: mlpConfig })
    expect(await store(moved)).toEqual(await store(state))
    const right = await store(trainSteps(state, 3))
    expect(await store(trainSteps(moved, 3))).toEqual(right)
    expect(await store(trainSteps(resumeTraining(moved, weights, config), 3))).toEqual(right)
    expect(trainSteps(moved, 1).averages[0].snapshots[0].weights.size).toBe(
      currentLayout(like).size,
    )
    tf.engine().endScope()
  })
})

onEachBackend(() => {
  /** x² / 2, with a gradient that is written to its slot. */
  const halfSquare = tf.customGrad((x, save) => {
    ;(save as (all: Tensor[]) => void)([x as Tensor])
    return {
      value: (x as Tensor).square().sum().div(2),
      gradFunc: (dy: Tensor | Tensor[], [saved]: Tensor[]) => {
        const made = (dy as Tensor).mul(saved)
        const home = claimGradientSlot(saved)
        if (!home) return made
        activeWebGPU()!.copy([{ source: made, from: 0, to: 0, count: made.size }], home)
        return wrapTensor(home)
      },
    }
  })

  test('weights are views into one vector, and flatten and unflatten dispatch nothing', () => {
    tf.engine().startScope()
    const state = trainSteps(beginTraining(named(tensors()), config), 2)
    const [record, copy] = [
      vi.spyOn(activeWebGPU()!, 'recordAndSubmit'),
      vi.spyOn(activeWebGPU()!, 'copy'),
    ]
    const flat = flatten(Object.values(state.weights))
    const parts = unflatten(flat, Object.values(state.weights))
    expect(activeWebGPU()!.viewBase(parts[2])).toMatchObject({ shape: [512] })
    expect(record.mock.calls).toHaveLength(0)
    expect(copy.mock.calls).toHaveLength(0)
    vi.restoreAllMocks()
    tf.engine().endScope()
  })

  test('writes gradients to slots, or copies those of other kernels or of sums', async () => {
    const weights = tensors()
    const slots = activeBackend().openGradientSlots!(weights, currentLayout(weights))
    const copy = vi.spyOn(activeWebGPU()!, 'copy')
    const flat = tf.tidy(() => {
      const loss = () => {
        const [a, b, c, d] = weights.map((weight, i) => (i < 3 ? halfSquare(weight) : weight.sum()))
        return tf.addN([a, b, halfSquare(weights[1]), c, d]) as Scalar
      }
      const { grads } = tf
        .engine()
        .gradients(loss, weights as never, undefined, true) as unknown as { grads: Tensor[] }
      copy.mockClear()
      return slots.collect(grads)
    })
    slots.close()
    expect(
      copy.mock.calls[0][0].map(({ to }) => to),
      'copied',
    ).toEqual([64, 192])
    expect(claimGradientSlot(weights[4])).toBeUndefined()
    const [a, b, c] = await numbersOf(weights)
    const right = [
      a,
      b.map((value) => 2 * value),
      c,
      Array.from({ length: 132 }, () => 1),
      Array.from({ length: 128 }, () => 0),
    ]
    const parts = unflatten(flat, weights)
    expect(await numbersOf(parts)).toEqual(right)
    vi.restoreAllMocks()
    tf.dispose([...weights, flat, ...parts])
  })

  test('a failed differentiation leaks no memory', () => {
    const weights = tensors()
    activeWebGPU()!.flush()
    const before = activeWebGPU()!.bufferManager.numBytesUsed
    const slots = activeBackend().openGradientSlots!(weights, currentLayout(weights))
    const slot = claimGradientSlot(weights[0])!
    expect(slot.shape).toEqual([3, 5])
    activeWebGPU()!.disposeData(slot.dataId)
    slots.close()
    expect(activeWebGPU()!.bufferManager.numBytesUsed).toBe(before)
    tf.dispose(weights)
  })
}, ['webgpu'])
