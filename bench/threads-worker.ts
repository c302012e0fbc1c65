// Times steps with so many threads, in a worker of an isolated page; see threads.ts.
import { startBackend } from '../src/engine/backends.ts'
import type { Own } from '../src/engine/wasm/module.ts'
import { ownFunctions } from '../src/engine/wasm/module.ts'
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
  /**
   * The sum of the least times of each call of our functions, and of what lies between two of them, in all steps: what a step takes
   * where no other work interrupts it, even if it was interrupted somewhere every time.
   */
  inPieces: number
}

globalThis.addEventListener('message', async ({ data: { threads, task, model, steps } }: MessageEvent<Asked>) => {
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: threads, configurable: true })
  const { device } = await startBackend({ prefer: 'wasm', wasm: wasmFiles })
  const step = ourStep(await problemOf(task, model))
  await step() // makes plans
  const { begin, sum } = piecesOf(ownFunctions()!)
  const least = await leastOf(() => {
    begin()
    return step()
  }, steps)
  globalThis.postMessage({ device, least, inPieces: sum() } satisfies Told)
})

/** Times what every step has in common, piece by piece. */
function piecesOf(own: Own) {
  const pieces: number[] = []
  let [at, last, depth] = [0, 0, 0]
  const next = () => {
    const now = performance.now()
    pieces[at] = Math.min(pieces[at] ?? Infinity, now - last)
    at++
    last = now
  }
  const timed =
    <Args extends unknown[]>(make: (...args: Args) => void) =>
    (...args: Args) => {
      if (depth++ === 0) next()
      make(...args)
      if (--depth === 0) next()
    }
  own.all = timed(own.all.bind(own))
  own.phases = timed(own.phases.bind(own))
  return {
    begin() {
      at = 0
      last = performance.now()
    },
    sum: () => pieces.reduce((sum, piece) => sum + piece, 0),
  }
}
