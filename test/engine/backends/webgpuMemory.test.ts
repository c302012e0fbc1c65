// Device memory in long trainings: it stays constant after the first steps, and all of it is
// released at the end.
import { expect, test } from 'vitest'
import { predict } from '../../../src/engine/models/predict.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Scalar } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { beginTraining, trainStep } from '../../../src/engine/training/trainStep.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import type { WebGPUBackend } from '../../../src/engine/backends/webgpu/backend.ts'
import { MAX_IDLE_SUBMITS } from '../../../src/engine/backends/webgpu/bufferPool.ts'
import { onEachBackend } from '../../backends.ts'
import { adamw, tinyUnet } from '../../smallTraining.ts'

const config = tinyUnet()
const training = {
  optimizer: { ...adamw, lr: 1e-3, lr_schedule: 'cosine' },
  emas: [],
} as const

interface MemoryUse {
  used: number
  allocated: number
  /** Bind groups created so far. */
  groups: number
}

const backend = () => tf.backend() as unknown as WebGPUBackend
const memoryUse = () => ({
  used: backend().bufferManager.numBytesUsed,
  allocated: backend().bufferManager.numBytesAllocated,
})

/** Submits so often that the pools release everything that is idle. */
function submitUntilPoolsShrink() {
  for (let i = 0; i <= 4 * MAX_IDLE_SUBMITS; i++) {
    tf.tidy(() => void tf.range(0, 2000).square())
    backend().flush()
  }
}

/**
 * Trains with another batch in every step, and returns the memory use after each; disposes
 * everything.
 */
async function train(steps: number): Promise<MemoryUse[]> {
  const model = unet(config, 'epsilon', createRandom(1), { zero_init: false })
  const random = createRandom(2)
  const batch = () => tf.tensor4d(random.normal(4 * 16), [4, 4, 4, 1])
  let state = beginTraining(model.weights, training)
  const after: MemoryUse[] = []
  const { device } = backend()
  const make = device.createBindGroup
  let groups = 0
  device.createBindGroup = (...args) => (groups++, make.apply(device, args))
  for (let i = 0; i < steps; i++) {
    const [x, noise, t] = [batch(), batch(), Float64Array.from(random.integers(4, 1000))]
    const loss = () =>
      predict({ ...model, weights: state.weights }, x, t)
        .sub(noise)
        .square()
        .mean() as Scalar
    const next = trainStep(state, { loss, ...training, total: steps })
    const kept = new Set(collectTensors(next))
    tf.dispose([x, noise, ...collectTensors(state).filter((tensor) => !kept.has(tensor))])
    state = next
    await state.loss!.data()
    after.push({ ...memoryUse(), groups })
  }
  device.createBindGroup = make
  tf.dispose([...collectTensors(model), ...collectTensors(state)])
  return after
}

/** The history of losses stays on the device. */
const BYTES_OF_A_LOSS = 4

onEachBackend(() => {
  test('a step leaves only its loss on the device, and a finished training leaves nothing', async () => {
    submitUntilPoolsShrink()
    const before = memoryUse()
    // The first steps fill the pool. Losses are concatenated only after more steps than these.
    const all = await train(10)
    const [first, ...others] = all.slice(3)
    others.forEach(({ used, allocated }, i) => {
      expect(used - first.used).toBe((i + 1) * BYTES_OF_A_LOSS)
      expect(allocated - first.allocated).toBe((i + 1) * BYTES_OF_A_LOSS)
    })
    // Most bind groups are reused from earlier steps.
    expect(all.at(-1)!.groups - all.at(-2)!.groups).toBeLessThan(all[0].groups / 3)
    expect(first.used).toBeGreaterThan(before.used + 3 * 4 * 1000) // otherwise the weights and moments are not counted
    submitUntilPoolsShrink()
    expect(memoryUse()).toEqual(before)
  })

  // Long: 5,000 steps.
  if (process.env.FULL)
    test('after 5,000 steps memory is that of 500 steps, plus the losses', async () => {
      submitUntilPoolsShrink()
      const before = memoryUse()
      const steps = 5000
      const after = await train(steps)
      const most = (part: MemoryUse[], of: keyof MemoryUse) =>
        Math.max(...part.map((each) => each[of]))
      for (const of of ['used', 'allocated'] as const) {
        const [early, late] = [
          most(after.slice(0, steps / 10), of),
          most(after.slice(-steps / 10), of),
        ]
        expect(late - early).toBeLessThan(2 * steps * BYTES_OF_A_LOSS)
      }
      submitUntilPoolsShrink()
      expect(memoryUse()).toEqual(before)
    }, 3_600_000)
}, ['webgpu'])
