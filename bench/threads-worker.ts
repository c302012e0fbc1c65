// Times steps with so many threads, in a worker of an isolated page; see threads.ts.
import { startBackend } from '../src/engine/backends.ts'
import { wasmFiles } from '../src/nodes/wasm-files.ts'
import type { ModelName } from './models.ts'
import type { Task } from './problem.ts'
import { problemOf } from './problem.ts'
import { ourStep } from './tfjs.ts'
import { leastOf } from './turns.ts'

export interface Asked {
  threads: number
  task: Task
  model: ModelName
  steps: number
}

export interface Told {
  device: string
  /** The quickest step, in milliseconds. */
  least: number
}

globalThis.addEventListener('message', async ({ data: { threads, task, model, steps } }: MessageEvent<Asked>) => {
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: threads, configurable: true })
  const { device } = await startBackend({ prefer: 'wasm', wasm: wasmFiles })
  const step = ourStep(await problemOf(task, model))
  globalThis.postMessage({ device, least: await leastOf(step, steps) } satisfies Told)
})
