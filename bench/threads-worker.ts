// Times steps with a number of threads, in a worker of an isolated page; see threads.ts.
import { startBackend } from '../src/engine/backends/backends.ts'
import type { WasmFunctions } from '../src/engine/backends/wasm/wasmFunctions.ts'
import { activeWasm } from '../src/engine/backends/wasm/wasmFunctions.ts'
import { wasmFiles } from '../src/nodes/host/wasmFiles.ts'
import type { ModelName } from '../src/nodes/bench/unets.ts'
import type { Task } from '../src/nodes/bench/problem.ts'
import { createProblem } from '../src/nodes/bench/problem.ts'
import { ourStep } from '../src/nodes/bench/steps.ts'
import { timeLeast } from '../src/nodes/bench/turns.ts'

export interface TimingRequest {
  threads: number
  task: Task
  model: ModelName
  steps: number
}

export interface StepTimes {
  device: string
  /** Fastest step in ms. */
  least: number
  /**
   * Sum of the minimum times, over all steps, of each call of our functions and of each gap between
   * calls: the time of an uninterrupted step, even if every step was interrupted somewhere.
   */
  inPieces: number
}

globalThis.addEventListener(
  'message',
  async ({ data: { threads, task, model, steps } }: MessageEvent<TimingRequest>) => {
    Object.defineProperty(navigator, 'hardwareConcurrency', { value: threads, configurable: true })
    const { device } = await startBackend({ prefer: 'wasm', wasm: wasmFiles })
    const step = ourStep(await createProblem(task, model))
    await step() // warms up plans
    const { begin, sum } = timePieces(activeWasm()!)
    const least = await timeLeast(() => {
      begin()
      return step()
    }, steps)
    globalThis.postMessage({ device, least, inPieces: sum() } satisfies StepTimes)
  },
)

/** Times the common parts of all steps one by one. */
function timePieces(own: WasmFunctions) {
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
  own.startJobs = timed(own.startJobs.bind(own))
  own.startPhases = timed(own.startPhases.bind(own))
  own.finish = timed(own.finish.bind(own))
  return {
    begin() {
      at = 0
      last = performance.now()
    },
    sum: () => pieces.reduce((sum, piece) => sum + piece, 0),
  }
}
