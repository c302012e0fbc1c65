// The bound of the speedup by threads (Amdahl's law): times the parts of steps whose jobs all run on
// the calling thread, as they are cut for a number of threads.
import { startBackend, stopBackend } from '../src/engine/backends/backends.ts'
import type { WasmFunctions } from '../src/engine/backends/wasm/wasmFunctions.ts'
import { activeWasm } from '../src/engine/backends/wasm/wasmFunctions.ts'
import { WorkerPool } from '../src/engine/backends/wasm/workerPool.ts'
import { tf } from '../src/engine/base/tf.ts'
import { createProblem } from '../src/hosts/bench/problem.ts'
import { ourStep } from '../src/hosts/bench/steps.ts'
import type { TimingRequest } from './threadTimes.ts'

/** Times of a step in ms, each the sum of the minimum times of its parts over all steps. */
export interface ThreadBound {
  threads: number
  /** In jobs of the worker pool. */
  jobs: number
  /** Outside of them, while jobs can run on workers. */
  overlapping: number
  /** All else: JavaScript, kernels of tfjs, small functions. */
  serial: number
  /** The time of one thread over the least possible time. */
  bound: number
}

type Kind = 'jobs' | 'overlapping' | 'serial'

/** Runs steps without workers. The minimum of each part is its time on an idle machine. */
export async function measureBound(request: TimingRequest): Promise<ThreadBound> {
  const { threads, task, model, batch, steps } = request
  await startBackend({ prefer: 'wasm', only: true, threads })
  const start = WorkerPool.prototype.start
  tf.engine().startScope()
  const step = ourStep(await createProblem(task, model, batch))
  await step() // warms up plans
  const parts = new StepParts(activeWasm()!)
  for (let i = 0; i < steps; i++) {
    parts.begin()
    await step()
    parts.end()
  }
  tf.engine().endScope()
  await stopBackend()
  WorkerPool.prototype.start = start
  return { threads, ...parts.sum(threads) }
}

/** The parts of a step, which are the same in all steps. */
class StepParts {
  private readonly parts: { kind: Kind; ms: number }[] = []
  private at = 0
  private last = 0
  /** Whether workers could be running jobs. */
  private isRunning = false

  constructor(own: WasmFunctions) {
    const { startJobs, startPhases, finish } = own
    let hasJobs = false
    // Called right before the jobs run; by returning false, it leaves them to the caller.
    WorkerPool.prototype.start = () => {
      this.note('serial')
      hasJobs = true
      return false
    }
    const timed =
      <Args extends unknown[]>(start: (...args: Args) => void) =>
      (...args: Args) => {
        hasJobs = false
        start.apply(own, args)
        if (hasJobs) this.note('jobs')
        this.isRunning = hasJobs
      }
    own.startJobs = timed(startJobs)
    own.startPhases = timed(startPhases)
    own.finish = () => {
      if (this.isRunning) this.note('overlapping')
      this.isRunning = false
      finish.call(own)
    }
  }

  begin() {
    this.at = 0
    this.last = performance.now()
  }

  end() {
    this.note('serial')
    this.isRunning = false
  }

  /** Ends a part. */
  private note(kind: Kind) {
    const now = performance.now()
    const ms = Math.min(this.parts[this.at]?.ms ?? Infinity, now - this.last)
    this.parts[this.at++] = { kind, ms }
    this.last = now
  }

  sum(threads: number): Omit<ThreadBound, 'threads'> {
    const sums = { jobs: 0, overlapping: 0, serial: 0 }
    let least = 0
    let jobs = 0
    for (const { kind, ms } of this.parts) {
      sums[kind] += ms
      // Jobs run beside what overlaps with them, and the rest of them on all threads.
      if (kind === 'overlapping') least += Math.max((jobs + ms) / threads, ms)
      else {
        least += jobs / threads
        if (kind === 'serial') least += ms
      }
      jobs = kind === 'jobs' ? ms : 0
    }
    const total = sums.jobs + sums.overlapping + sums.serial
    return { ...sums, bound: total / (least + jobs / threads) }
  }
}
