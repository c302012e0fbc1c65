// Times steps with so many threads, in a worker of an isolated page; see threads.ts.
import { startBackend } from '../src/engine/backends.ts'
import { wasmFiles } from '../src/nodes/wasm-files.ts'
import { forwardOf, leastOf, trainingOf, unets } from './images.ts'

export interface Asked {
  threads: number
  unet: keyof typeof unets
  steps: number
}

/** In milliseconds. */
export interface Told {
  device: string
  training: number
  forward: number
}

globalThis.addEventListener('message', async ({ data: { threads, unet, steps } }: MessageEvent<Asked>) => {
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: threads, configurable: true })
  const { device } = await startBackend({ prefer: 'wasm', wasm: wasmFiles })
  const training = await leastOf(trainingOf(unets[unet]), steps)
  const forward = await leastOf(forwardOf(unets[unet]), steps)
  globalThis.postMessage({ device, training, forward } satisfies Told)
})
