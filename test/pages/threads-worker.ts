// Starts wasm in a worker (or a page, by `tell`) that says it has so many cores, and tells what came of it: how many threads, which convolutions got
// them, and the weights that a short training of the digits UNet comes to.
import '@tensorflow/tfjs-backend-wasm'
import { schedule } from '../../bench/digits.ts'
import { batchOf, newModel } from '../../bench/models.ts'
import { levelsAt } from '../../src/engine/schedule.ts'
import { startBackend } from '../../src/engine/backends.ts'
import { addNoise } from '../../src/engine/forward.ts'
import { meanError } from '../../src/engine/losses/errors.ts'
import { predict } from '../../src/engine/models/predict.ts'
import { tf } from '../../src/engine/tf.ts'
import { beginTraining, trainStep } from '../../src/engine/training.ts'
import { ownFunctions } from '../../src/engine/wasm/module.ts'
import type { Weights } from '../../src/engine/values.ts'
import { wasmFiles } from '../../src/nodes/wasm-files.ts'
import { adamw } from '../smallTraining.ts'

export interface Asked {
  /** What the browser itself says, unless given. */
  cores?: number
  /** Whether the number of cores can be redefined. */
  fixed?: boolean
  /** Training steps; none unless given. */
  steps?: number
}

export interface Told {
  device: string
  /** What the worker says of its cores before the backend starts, and after; and whether that is the browser's own word. */
  cores: { before: number; after: number; own: boolean }
  /** What the module said, while it computed a large convolution and a small one; -1 is the calling thread alone. */
  threads: { large: number; small: number }
  /** How many threads functions of our own have. */
  own: number
  /** SHA-256 of the weights, before the training and after it. */
  weights: { before: string; after: string }
}

globalThis.addEventListener('message', async ({ data }: MessageEvent<Asked>) => {
  try {
    globalThis.postMessage(await tell(data))
  } catch (error) {
    globalThis.postMessage({ error: String(error) })
  }
})

export async function tell({ cores, fixed = false, steps = 0 }: Asked): Promise<Told> {
  if (cores !== undefined) Object.defineProperty(navigator, 'hardwareConcurrency', { value: cores, configurable: !fixed })
  const before = navigator.hardwareConcurrency
  const threads = watchConvolutions()
  const { device } = await startBackend({ prefer: 'wasm', wasm: wasmFiles })
  return {
    device,
    cores: {
      before,
      after: navigator.hardwareConcurrency,
      own: !Object.hasOwn(navigator, 'hardwareConcurrency'),
    },
    threads: { large: threads(32), small: threads(4) },
    own: ownFunctions()!.threads,
    weights: await trained(steps),
  }
}

/** Returns how to ask for the number of threads in a convolution of so many channels. */
function watchConvolutions(): (channels: number) => number {
  let threads = NaN
  const kernel = tf.getKernel('Conv2D', 'wasm')
  const kernelFunc: typeof kernel.kernelFunc = (call) => {
    const { wasm } = call.backend as unknown as { wasm: { tfjs: { getThreadsCount(): number } } }
    threads = wasm.tfjs.getThreadsCount()
    return kernel.kernelFunc(call)
  }
  tf.unregisterKernel('Conv2D', 'wasm')
  tf.registerKernel({ ...kernel, kernelFunc })
  return (channels) => {
    threads = NaN
    tf.tidy(() => void tf.conv2d(tf.ones<tf.Rank.R4>([8, 16, 16, channels]), tf.ones([3, 3, channels, channels]), 1, 'same'))
    return threads
  }
}

async function trained(steps: number): Promise<Told['weights']> {
  const model = newModel('digits')
  const { x, noise, t } = batchOf('digits', 2)
  const optimizer = { ...adamw, lr: 1e-3 }
  let state = beginTraining(model.weights, { optimizer, emas: [] })
  for (let i = 0; i < steps; i++) {
    const loss = () =>
      meanError(predict({ ...model, weights: state.weights }, addNoise(x, noise, levelsAt(schedule, { t })), t), noise, {
        kind: 'mse',
      })
    state = trainStep(state, { loss, optimizer, emas: [], total: steps })
  }
  return { before: await hashOf(model.weights), after: await hashOf(state.weights) }
}

async function hashOf(weights: Weights): Promise<string> {
  const all = tf.tidy(() => tf.concat(Object.values(weights).map((tensor) => tensor.reshape([-1]))))
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', (await all.data()) as BufferSource))
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
