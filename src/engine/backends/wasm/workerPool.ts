// Pool of workers that run jobs beside the calling thread, in the same memory. The jobs of a run
// are independent, and each thread takes the next one; results do not depend on which
// thread runs which job.
//
// The calling thread runs jobs too, so a worker that is late, or asleep, costs nothing but its
// help. The caller waits for a worker that is delayed within a job, because its core is busy. Where
// that costs more than the workers save, they are skipped for a while.
import { backendMessages } from '../../messages/backends.ts'
import { poolWords } from './poolProtocol.ts'
import { startPoolWorker, type PoolWorker } from './poolWorkers.ts'

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

/** Seconds without a finished job after which a worker that runs one is taken for dead. */
const MAX_SECONDS_PER_JOB = 60

export class WorkerPool {
  private readonly words: Int32Array
  private readonly benefit = new PoolBenefit()
  private hasFailed = false

  private constructor(
    private readonly workers: PoolWorker[],
    shared: SharedArrayBuffer,
    private readonly runJob: (address: number) => void,
  ) {
    this.words = new Int32Array(shared)
  }

  /** Starts `size` workers. Returns undefined if they do not start. */
  static async start(
    size: number,
    { module, memory, runJob }: PoolWork,
  ): Promise<WorkerPool | undefined> {
    const shared = new SharedArrayBuffer(4 * Object.keys(poolWords).length)
    const starts = await Promise.allSettled(
      Array.from({ length: size }, () => startPoolWorker({ module, memory, shared, at: poolWords })),
    )
    const workers = starts.flatMap((start) => (start.status === 'fulfilled' ? start.value : []))
    if (workers.length === size) return new WorkerPool(workers, shared, runJob)
    workers.forEach((worker) => worker.stop())
    return undefined
  }

  /** The number of workers. */
  get size(): number {
    return this.workers.length
  }

  /**
   * Runs the `count` jobs whose addresses are at `table`. Returns false, with nothing done, if the
   * workers are being skipped, or are stopped because a job has failed.
   *
   * @throws Error if a job fails, on whichever thread
   */
  run(count: number, table: number): boolean {
    if (this.hasFailed || this.benefit.shouldSkip()) return false
    const { words } = this
    const began = performance.now()
    Atomics.store(words, poolWords.table, table)
    Atomics.store(words, poolWords.done, 0)
    Atomics.store(words, poolWords.failed, 0)
    Atomics.store(words, poolWords.remaining, count)
    Atomics.add(words, poolWords.generation, 1)
    Atomics.notify(words, poolWords.generation)
    const { jobsRun, error } = this.takeJobs(table)
    const worked = performance.now()
    // Workers must not write to memory that is in use again.
    const isComplete = this.waitForWorkers(count)
    if (!isComplete || Atomics.load(words, poolWords.failed) !== 0) {
      this.hasFailed = true
      this.stop()
      throw error ?? new Error(backendMessages.threadFailed())
    }
    this.benefit.record(count, jobsRun, worked - began, performance.now() - worked)
    return true
  }

  /** Runs jobs on this thread until none remains. Returns their number, and the first error. */
  private takeJobs(table: number): { jobsRun: number; error: unknown } {
    const { words } = this
    let jobsRun = 0
    let error: unknown
    for (;;) {
      const remaining = Atomics.sub(words, poolWords.remaining, 1)
      if (remaining <= 0) return { jobsRun, error }
      try {
        this.runJob(table + 4 * (remaining - 1))
      } catch (thrown) {
        error ??= thrown
        Atomics.store(words, poolWords.failed, 1)
      }
      Atomics.add(words, poolWords.done, 1)
      jobsRun++
    }
  }

  /**
   * Waits until `count` jobs are completed. Returns false if a worker seems to have died in a job.
   * Waits by polling: a page's thread must not sleep, and the rest takes a fraction of a
   * millisecond.
   */
  private waitForWorkers(count: number): boolean {
    const { words } = this
    let [seen, seconds, tick] = [0, 0, performance.now()]
    for (;;) {
      const done = Atomics.load(words, poolWords.done)
      if (done >= count) return true
      if (done > seen) [seen, seconds] = [done, 0]
      const now = performance.now()
      if (now - tick < 1000) continue
      // A machine that was suspended in between adds a second, not hours.
      if (++seconds >= MAX_SECONDS_PER_JOB) return false
      tick = now
    }
  }

  stop() {
    this.workers.forEach((worker) => worker.stop())
  }
}

export interface PoolWork {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  /** The module's function of this name, for the calling thread. */
  runJob: (address: number) => void
}
