// All weights as one vector, laid out as a backend likes it, and states that were laid out for another one.
import { expect, test, vi } from 'vitest'
import { storeTraining } from '../../src/engine/checkpoint/device.ts'
import { flatten, laidOut, layoutHere, layoutOf, unflatten } from '../../src/engine/flat.ts'
import type { OptimizerConfig } from '../../src/engine/optimizers.ts'
import { tidied } from '../../src/engine/plan/memory.ts'
import { randomOf } from '../../src/engine/random.ts'
import type { Scalar, Tensor, Tensor1D } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import type { TrainingState } from '../../src/engine/training.ts'
import { beginTraining, resumeTraining, trainStep } from '../../src/engine/training.ts'
import { homeFor, openHomes } from '../../src/engine/webgpu/arena.ts'
import { ownKernels, tensorOf } from '../../src/engine/webgpu/own.ts'
import { onEachBackend } from '../backends.ts'
import { adamw } from '../smallTraining.ts'

const shapes = [[3, 5], [64], [1], [2, 2, 33], [128]]
const sizes = shapes.map((shape) => shape.reduce((product, size) => product * size, 1))
const tensors = () => shapes.map((shape, i) => tf.tensor(randomOf(i).normal(sizes[i]!), shape))
const numbersOf = async (all: readonly Tensor[]) => Promise.all(all.map(async (tensor) => [...(await tensor.data())]))

const optimizer: OptimizerConfig = adamw
const config = { optimizer, emas: [{ kind: 'power_function', sigma_rel: 0.1, snapshots: 2 } as const] }

/** Two batches for each step of the optimizer; the third weight is not in the loss. */
function trained(state: TrainingState, steps: number): TrainingState {
  for (let i = 0; i < steps; i++) {
    const before = state
    const loss = () => {
      const [a, b, , d] = Object.values(before.weights)
      return tf.add(tf.add(a!.square().sum(), b!.sub(1).square().mean()), d!.sin().sum()) as Scalar
    }
    state = trainStep(before, { ...config, loss, total: 100, gradient_accumulation_steps: 2 })
  }
  return state
}

const named = (all: readonly Tensor[]) => Object.fromEntries(all.map((tensor, i) => [`w${i}`, tensor]))

/** The same numbers, laid out as on a backend where tensors begin at multiples of `multiple`. */
async function asOf(multiple: number, flat: Tensor1D, like: readonly Tensor[]): Promise<Tensor1D> {
  const numbers = await flat.data()
  const parts = layoutOf(flat, like).places.map((place, i) => {
    const part = new Float32Array(Math.ceil(sizes[i]! / multiple) * multiple)
    part.set(numbers.subarray(place, place + sizes[i]!))
    return [...part]
  })
  return tf.tensor1d(parts.flat(), 'float32')
}

onEachBackend((name) => {
  const elsewhere = name === 'webgpu' ? 1 : 64

  test('is taken apart again; on webgpu between the parts are zeros', async () => {
    const all = tensors()
    const flat = tidied(() => flatten(all))
    const parts = tidied(() => unflatten(flat, all))
    const { places, size } = layoutHere(all)
    expect(places).toEqual(name === 'webgpu' ? [0, 64, 128, 192, 384] : [0, 15, 79, 80, 212])
    expect(flat.size).toBe(size)
    expect(await numbersOf(parts)).toEqual(await numbersOf(all))
    expect(parts.map(({ shape }) => shape)).toEqual(shapes)
    const between = Array.from(await flat.data()).filter(
      (_, i) => !places.some((place, k) => i >= place && i < place + sizes[k]!),
    )
    expect(between).toEqual(Array.from({ length: size - 340 }, () => 0))
    tf.dispose([...all, flat, ...parts])
  })

  test('is read as it was laid out elsewhere', async () => {
    const all = tensors()
    const flat = tidied(() => flatten(all))
    const other = await asOf(elsewhere, flat, all)
    const parts = tidied(() => unflatten(other, all))
    const again = tidied(() => laidOut(other, all))
    expect(other.size).not.toBe(flat.size)
    expect(await numbersOf(parts)).toEqual(await numbersOf(all))
    expect(await numbersOf([again])).toEqual(await numbersOf([flat]))
    expect(laidOut(flat, all)).toBe(flat)
    const wrong = tf.zeros([341]) as Tensor1D
    expect(() => layoutOf(wrong, all)).toThrow('Expected the elements of 5 tensors, got a vector of 341.')
    tf.dispose([...all, flat, other, ...parts, again, wrong])
  })

  test('a training that was laid out elsewhere is saved as the same, and goes on with the same bits', async () => {
    tf.engine().startScope()
    const start = beginTraining(named(tensors()), config)
    const state = trained(start, 5)
    const like = Object.values(state.weights)
    const other = async (flat: Tensor1D) => asOf(elsewhere, flat, like)
    const weights = named(like.map((tensor) => tensor.clone()))
    const moved: TrainingState = {
      ...state,
      weights,
      moments: { first: await other(state.moments.first!), second: await other(state.moments.second!) },
      averages: [
        {
          ...state.averages[0]!,
          weights: await other(state.averages[0]!.weights),
          snapshots: await Promise.all(
            state.averages[0]!.snapshots.map(async (one) => ({ ...one, weights: await other(one.weights) })),
          ),
        },
      ],
      accumulated: { ...state.accumulated!, gradient: await other(state.accumulated!.gradient) },
    }
    expect(await storeTraining(moved)).toEqual(await storeTraining(state))
    const right = await storeTraining(trained(state, 3))
    expect(await storeTraining(trained(moved, 3))).toEqual(right)
    expect(await storeTraining(trained(resumeTraining(moved, weights, config), 3))).toEqual(right)
    expect(trained(moved, 1).averages[0]!.snapshots[0]!.weights.size).toBe(layoutHere(like).size)
    tf.engine().endScope()
  })
})

onEachBackend(() => {
  /** x² / 2 by a kernel that writes its gradient where it belongs. */
  const halfSquare = tf.customGrad((x, save) => {
    ;(save as (all: Tensor[]) => void)([x as Tensor])
    return {
      value: (x as Tensor).square().sum().div(2),
      gradFunc: (dy: Tensor | Tensor[], [saved]: Tensor[]) => {
        const made = (dy as Tensor).mul(saved!)
        const home = homeFor(saved!)
        if (!home) return made
        ownKernels()!.copy([{ source: made, from: 0, to: 0, count: made.size }], home)
        return tensorOf(home)
      },
    }
  })

  test('weights are views into one vector, which a step neither takes apart nor puts together', () => {
    tf.engine().startScope()
    const state = trained(beginTraining(named(tensors()), config), 2)
    const [record, copy] = [vi.spyOn(ownKernels()!, 'recordAndSubmit'), vi.spyOn(ownKernels()!, 'copy')]
    const flat = flatten(Object.values(state.weights))
    const parts = unflatten(flat, Object.values(state.weights))
    expect(ownKernels()!.baseOf(parts[2]!)).toMatchObject({ shape: [512] })
    expect(record.mock.calls).toHaveLength(0)
    expect(copy.mock.calls).toHaveLength(0)
    vi.restoreAllMocks()
    tf.engine().endScope()
  })

  test('gradients are written where they belong, or copied there: of a weight used twice, one that another kernel makes, none', async () => {
    const weights = tensors()
    const homes = openHomes(weights)!
    const copy = vi.spyOn(ownKernels()!, 'copy')
    const flat = tf.tidy(() => {
      const loss = () => {
        const [a, b, c, d] = weights.map((weight, i) => (i < 3 ? halfSquare(weight) : weight.sum()))
        return tf.addN([a!, b!, halfSquare(weights[1]!), c!, d!]) as Scalar
      }
      const { grads } = tf.engine().gradients(loss, weights as never, undefined, true) as unknown as { grads: Tensor[] }
      copy.mockClear()
      return homes.collect(grads)
    })
    homes.close()
    expect(
      copy.mock.calls[0]![0].map(({ to }) => to),
      'copied',
    ).toEqual([64, 192])
    expect(homeFor(weights[4]!)).toBeUndefined()
    const [a, b, c] = await numbersOf(weights)
    const right = [
      a!,
      b!.map((value) => 2 * value),
      c!,
      Array.from({ length: 132 }, () => 1),
      Array.from({ length: 128 }, () => 0),
    ]
    const parts = unflatten(flat, weights)
    expect(await numbersOf(parts)).toEqual(right)
    vi.restoreAllMocks()
    tf.dispose([...weights, flat, ...parts])
  })

  test('a differentiation that fails leaves no memory behind', () => {
    const weights = tensors()
    ownKernels()!.flush()
    const before = ownKernels()!.bufferManager.numBytesUsed
    const homes = openHomes(weights)!
    const home = homeFor(weights[0]!)!
    expect(home.shape).toEqual([3, 5])
    ownKernels()!.disposeData(home.dataId)
    homes.close()
    expect(ownKernels()!.bufferManager.numBytesUsed).toBe(before)
    tf.dispose(weights)
  })
}, ['webgpu'])
