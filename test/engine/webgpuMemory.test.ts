// A training may go on for hours: what it holds on the device stays what it was after the first steps, and when it is over
// nothing of it is left.
import { expect, test } from 'vitest'
import { predict } from '../../src/engine/models/predict.ts'
import { unet } from '../../src/engine/models/unet/init.ts'
import { randomOf } from '../../src/engine/random.ts'
import type { Scalar } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import { beginTraining, trainStep } from '../../src/engine/training.ts'
import { tensorsOf } from '../../src/engine/values.ts'
import type { Backend } from '../../src/engine/webgpu/backend.ts'
import { KEPT_FOR } from '../../src/engine/webgpu/pool.ts'
import { onEachBackend } from '../backends.ts'
import { adamw, tinyUnet } from '../smallTraining.ts'

const config = tinyUnet()
const training = {
  optimizer: { ...adamw, lr: 1e-3, lr_schedule: 'cosine' },
  emas: [],
} as const

interface Held {
  used: number
  allocated: number
  /** Bind groups made so far. */
  groups: number
}

const backend = () => tf.backend() as unknown as Backend
const bytesHeld = () => ({ used: backend().bufferManager.numBytesUsed, allocated: backend().bufferManager.numBytesAllocated })

/** Submits so often that whatever is kept for a while, because it might be used again, is given back. */
function wait() {
  for (let i = 0; i <= 4 * KEPT_FOR; i++) {
    tf.tidy(() => void tf.range(0, 2000).square())
    backend().flush()
  }
}

/** Trains, with a batch of its own in every step, and says what is held after each; nothing of it stays. */
async function train(steps: number): Promise<Held[]> {
  const model = unet(config, 'epsilon', randomOf(1), { zero_init: false })
  const random = randomOf(2)
  const batch = () => tf.tensor4d(random.normal(4 * 16), [4, 4, 4, 1])
  let state = beginTraining(model.weights, training)
  const after: Held[] = []
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
    const kept = new Set(tensorsOf(next))
    tf.dispose([x, noise, ...tensorsOf(state).filter((tensor) => !kept.has(tensor))])
    state = next
    await state.loss!.data()
    after.push({ ...bytesHeld(), groups })
  }
  device.createBindGroup = make
  tf.dispose([...tensorsOf(model), ...tensorsOf(state)])
  return after
}

/** What is there for as long as the history of losses is. */
const BYTES_OF_A_LOSS = 4

onEachBackend(() => {
  test('a step leaves its loss on the device and nothing else, and a training nothing', async () => {
    wait()
    const before = bytesHeld()
    // The first steps fill the pool; not as many as there are losses joined into one tensor.
    const all = await train(10)
    const [first, ...others] = all.slice(3)
    others.forEach(({ used, allocated }, i) => {
      expect(used - first!.used).toBe((i + 1) * BYTES_OF_A_LOSS)
      expect(allocated - first!.allocated).toBe((i + 1) * BYTES_OF_A_LOSS)
    })
    // Most of its commands are those of a step before, on the same buffers.
    expect(all.at(-1)!.groups - all.at(-2)!.groups).toBeLessThan(all[0]!.groups / 3)
    expect(first!.used).toBeGreaterThan(before.used + 3 * 4 * 1000) // or it would not be counted
    wait()
    expect(bytesHeld()).toEqual(before)
  })

  // Long: 5,000 steps.
  if (process.env.FULL)
    test('after 5,000 steps no more is held than after 500, but for the losses', async () => {
      wait()
      const before = bytesHeld()
      const steps = 5000
      const after = await train(steps)
      const most = (part: Held[], of: keyof Held) => Math.max(...part.map((each) => each[of]))
      for (const of of ['used', 'allocated'] as const) {
        const [early, late] = [most(after.slice(0, steps / 10), of), most(after.slice(-steps / 10), of)]
        expect(late - early).toBeLessThan(2 * steps * BYTES_OF_A_LOSS)
      }
      wait()
      expect(bytesHeld()).toEqual(before)
    }, 3_600_000)
}, ['webgpu'])
