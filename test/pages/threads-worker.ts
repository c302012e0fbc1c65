// Starts wasm in a worker (or a page, by `tell`) with a given number of cores, and reports the
// threads, the convolutions that use them, and the weights of a short training of the digits UNet.
import '@tensorflow/tfjs-backend-wasm'
import { startBackend } from '../../src/engine/backends/backends.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { Arithmetic } from '../../src/engine/backends/wasm/arithmetic.ts'
import { activeWasm } from '../../src/engine/backends/wasm/wasmFunctions.ts'
import { wasmFiles } from '../../src/hosts/worker/wasmFiles.ts'
import type { WeightHashes } from '../hashedTraining.ts'
import { trainDigits } from '../hashedTraining.ts'

export interface ThreadRequest {
  /** Number of cores; the browser's by default. */
  cores?: number
  /** True if the number of cores can be redefined. */
  fixed?: boolean
  /** Training steps; 0 by default. */
  steps?: number
  /** Instructions; portable by default. */
  arithmetic?: Arithmetic
}

export interface ThreadReport {
  device: string
  /** Reported cores before and after the backend starts, and whether they come from the browser. */
  cores: { before: number; after: number; own: boolean }
  /** Threads in use during a large and a small convolution; -1 is the calling thread alone. */
  threads: { large: number; small: number }
  /** Threads of our functions. */
  own: number
  weights: WeightHashes
}

globalThis.addEventListener('message', async ({ data }: MessageEvent<ThreadRequest>) => {
  try {
    globalThis.postMessage(await tell(data))
  } catch (error) {
    globalThis.postMessage({ error: String(error) })
  }
})

export async function tell({
  cores,
  fixed = false,
  steps = 0,
  arithmetic,
}: ThreadRequest): Promise<ThreadReport> {
  if (cores !== undefined)
    Object.defineProperty(navigator, 'hardwareConcurrency', { value: cores, configurable: !fixed })
  const before = navigator.hardwareConcurrency
  const threads = watchConvolutions()
  const { device } = await startBackend({ prefer: 'wasm', wasm: wasmFiles, arithmetic })
  return {
    device,
    cores: {
      before,
      after: navigator.hardwareConcurrency,
      own: !Object.hasOwn(navigator, 'hardwareConcurrency'),
    },
    threads: { large: threads(32), small: threads(4) },
    own: activeWasm()!.threads,
    weights: await trainDigits(steps),
  }
}

/** Returns a function that measures the threads of a convolution with a number of channels. */
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
    tf.tidy(
      () =>
        void tf.conv2d(
          tf.ones<tf.Rank.R4>([8, 16, 16, channels]),
          tf.ones([3, 3, channels, channels]),
          1,
          'same',
        ),
    )
    return threads
  }
}
