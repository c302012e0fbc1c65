// Pool of workers that run jobs beside the calling thread, in the same memory. The jobs of a run
// are independent, and each thread takes the next one; results do not depend on which
// thread runs which job.
//
// The calling thread runs jobs too, so a worker that is late, or asleep, costs nothing but its
// help. The caller waits for a worker that is delayed within a job, because its core is busy. Where
// that costs more than the workers save, they are skipped for a while.
import type { PoolStart } from './poolProtocol.ts'
import { DONE, GENERATION, REMAINING, TABLE } from './poolProtocol.ts'
import { threadScriptUrl } from './threadScript.ts'

/** Milliseconds that workers have to start. */
const START_TIMEOUT = 10_000

/** The number of runs after which the benefit of the workers is checked. */
const RUNS_PER_CHECK = 64

/** The most runs that are done without the workers before they are tried again. */
const MAX_SKIPPED_RUNS = 2 ** 12

/** Measures whether the workers save more time than the caller waits for them. */
export class PoolBenefit {
  private runs = 0
  private savedMs = 0
  private runsToSkip = 0
  private nextSkip = RUNS_PER_CHECK

  /** Returns whether to skip the workers in this run. */
  shouldSkip(): boolean {
    if (this.runsToSkip === 0) return false
    this.runsToSkip--
    return true
  }

  /**
   * Records a run of `count` jobs. The caller ran `ownJobs` of them in `workedMs`, and then waited
   * for the others for `waitedMs`.
   */
  record(count: number, ownJobs: number, workedMs: number, waitedMs: number) {
    if (ownJobs > 0) this.savedMs += (workedMs / ownJobs) * (count - ownJobs) - waitedMs
    if (++this.runs < RUNS_PER_CHECK) return
    const isLoss = this.savedMs < 0
    this.runsToSkip = isLoss ? this.nextSkip : 0
    this.nextSkip = isLoss ? Math.min(2 * this.nextSkip, MAX_SKIPPED_RUNS) : RUNS_PER_CHECK
    this.runs = this.savedMs = 0
  }
}

export class WorkerPool {
  private readonly words: Int32Array
  private readonly benefit = new PoolBenefit()

  private constructor(
    private readonly workers: Worker[],
    shared: SharedArrayBuffer,
    private readonly runJob: (at: number) => void,
  ) {
    this.words = new Int32Array(shared)
  }

  /** Starts `size` workers. Returns undefined if they do not start: a CSP may forbid it. */
  static async start(
    size: number,
    { module, memory, runJob }: PoolWork,
  ): Promise<WorkerPool | undefined> {
    const shared = new SharedArrayBuffer(16)
    const workers: Worker[] = []
    try {
      for (let i = 0; i < size; i++) workers.push(new Worker(threadScriptUrl()))
      await Promise.all(
        workers.map((worker) => startPoolWorker(worker, { module, memory, shared })),
      )
      return new WorkerPool(workers, shared, runJob)
    } catch {
      workers.forEach((worker) => worker.terminate())
      return undefined
    }
  }

  /** The number of workers. */
  get size(): number {
    return this.workers.length
  }

  /**
   * Runs the `count` jobs whose addresses are at `table`. Returns false, with nothing done, if the
   * workers are being skipped.
   */
  run(count: number, table: number): boolean {
    if (this.benefit.shouldSkip()) return false
    const { words } = this
    const began = performance.now()
    let jobsRun = 0
    Atomics.store(words, TABLE, table)
    Atomics.store(words, DONE, 0)
    Atomics.store(words, REMAINING, count)
    Atomics.add(words, GENERATION, 1)
    Atomics.notify(words, GENERATION)
    for (;;) {
      const remaining = Atomics.sub(words, REMAINING, 1)
      if (remaining <= 0) break
      this.runJob(table + 4 * (remaining - 1))
      Atomics.add(words, DONE, 1)
      jobsRun++
    }
    const done = performance.now()
    // Busy waiting: a page's thread must not sleep, and the rest takes a fraction of a millisecond.
    while (Atomics.load(words, DONE) < count);
    this.benefit.record(count, jobsRun, done - began, performance.now() - done)
    return true
  }

  stop() {
    this.workers.forEach((worker) => worker.terminate())
  }
}

export interface PoolWork {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  /** The module's function of this name, for the calling thread. */
  runJob: (at: number) => void
}

const startPoolWorker = (worker: Worker, message: PoolStart) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(reject, START_TIMEOUT)
    worker.onmessage = () => {
      clearTimeout(timer)
      resolve()
    }
    worker.onerror = (event) => {
      event.preventDefault()
      clearTimeout(timer)
      reject(new Error(event.message))
    }
    worker.postMessage(message)
  })
