// Pool of workers that run jobs beside the calling thread, in the same memory. The jobs of a phase
// are independent, and each thread takes the next one; results do not depend on which
// thread runs which job.
//
// The calling thread starts a run, goes on with its JavaScript, and later runs the jobs that remain.
// So a worker that is late, or asleep, costs nothing but its help. The caller waits for a worker
// that is delayed within a job, because its core is busy. Where that costs more than the workers
// save, they are skipped for a while.
import { MessageError } from '../../base/errors.ts'
import { backendMessages } from '../../messages/backends.ts'
import { measured } from '../measured.ts'
import { takeJobs } from './poolLoop.ts'
import { MAX_JOBS, MAX_PHASES, poolWords } from './poolProtocol.ts'
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
   * Records a run of `count` jobs. The caller spent `elsewhereMs` in its JavaScript, ran `ownJobs`
   * of the jobs in `workedMs`, and waited for the others for `waitedMs`.
   */
  record(count: number, ownJobs: number, workedMs: number, waitedMs: number, elsewhereMs = 0) {
    const foreignMs = ownJobs > 0 ? (workedMs / ownJobs) * (count - ownJobs) : elsewhereMs
    this.savedMs += foreignMs - waitedMs
    if (++this.runs < RUNS_PER_CHECK) return
    const isLoss = this.savedMs < 0
    this.runsToSkip = isLoss ? this.nextSkip : 0
    this.nextSkip = isLoss ? Math.min(2 * this.nextSkip, MAX_SKIPPED_RUNS) : RUNS_PER_CHECK
    this.runs = this.savedMs = 0
  }
}

/** Seconds without a finished job after which a worker that runs one is taken for dead. */
const MAX_SECONDS_PER_JOB = 60

/**
 * Watches a wait for workers, which is by polling: a page's thread must not sleep, and most waits
 * take a fraction of a millisecond.
 */
class Watch {
  private done = 0
  private seconds = 0
  private tick: number | undefined

  constructor(private readonly words: Int32Array) {}

  /** Returns whether a worker seems to have died in a job. */
  isHopeless(): boolean {
    if (this.seconds >= MAX_SECONDS_PER_JOB) return true
    const now = performance.now()
    this.tick ??= now
    if (now - this.tick < 1000) return false
    this.tick = now
    const done = this.countDone()
    // A machine that was suspended in between adds a second, not hours.
    this.seconds = done === this.done ? this.seconds + 1 : 0
    this.done = done
    return this.seconds >= MAX_SECONDS_PER_JOB
  }

  private countDone(): number {
    let done = 0
    for (let phase = 0; phase < this.words[poolWords.phases]; phase++)
      done += this.words[poolWords.first + phase * poolWords.perPhase + poolWords.done]
    return done
  }
}

/** Jobs whose addresses are at `table`. */
export interface PoolPhase {
  count: number
  table: number
}

/** The run that was started and not finished, and what our thread did for it. */
interface Run {
  number: number
  jobs: number
  began: number
  ownJobs: number
  workedMs: number
  error: unknown
}

export class WorkerPool {
  private readonly words: Int32Array
  private readonly benefit = new PoolBenefit()
  private current: Run | undefined
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
    const shared = new SharedArrayBuffer(4 * (poolWords.first + MAX_PHASES * poolWords.perPhase))
    const starts = await Promise.allSettled(
      Array.from({ length: size }, (_, i) =>
        startPoolWorker({ module, memory, shared, at: poolWords, thread: i + 1 }),
      ),
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

  /** Sets the memory of each thread for the next runs: so many bytes, after those of our thread. */
  setMemory(address: number, bytes: number): void {
    Atomics.store(this.words, poolWords.memory, address)
    Atomics.store(this.words, poolWords.memoryBytes, bytes)
  }

  /**
   * Starts a run of phases, one after the other. Returns false, with nothing done, if the workers
   * are being skipped, if they are stopped because a job has failed, or for more phases or jobs than
   * a run can have. Until {@link finish}, memory that the jobs use must not be touched.
   */
  start(phases: readonly PoolPhase[]): boolean {
    if (phases.length > MAX_PHASES || phases.some(({ count }) => count > MAX_JOBS)) return false
    if (this.hasFailed || this.benefit.shouldSkip()) return false
    const { words } = this
    const number = (Atomics.load(words, poolWords.run) + 1) | 0
    Atomics.store(words, poolWords.failed, 0)
    Atomics.store(words, poolWords.phases, phases.length)
    phases.forEach(({ count, table }, i) => {
      const first = poolWords.first + i * poolWords.perPhase
      Atomics.store(words, first + poolWords.done, 0)
      Atomics.store(words, first + poolWords.count, count)
      Atomics.store(words, first + poolWords.table, table)
      const state = (number << poolWords.countBits) | count
      Atomics.store(words, first + poolWords.state, state)
    })
    Atomics.store(words, poolWords.run, number)
    Atomics.notify(words, poolWords.run)
    const jobs = phases.reduce((sum, { count }) => sum + count, 0)
    const began = performance.now()
    this.current = { number, jobs, began, ownJobs: 0, workedMs: 0, error: undefined }
    return true
  }

  /**
   * Runs jobs of the started run, if there is one, until all are completed.
   *
   * @throws Error if a job failed, on whichever thread
   */
  finish(): void {
    const run = this.current
    if (!run) return
    this.current = undefined
    const { words } = this
    const came = performance.now()
    const watch = new Watch(words)
    const runJob = (address: number) => this.runOwnJob(run, address)
    takeJobs(words, poolWords, run.number, runJob, () => watch.isHopeless())
    // Not before all threads are done: they use the memory.
    if (watch.isHopeless() || Atomics.load(words, poolWords.failed) !== 0) {
      this.hasFailed = true
      this.stop()
      throw run.error ?? new MessageError(backendMessages.threadFailed())
    }
    const waitedMs = measured(performance.now() - came - run.workedMs)
    this.benefit.record(run.jobs, run.ownJobs, run.workedMs, waitedMs, came - run.began)
  }

  private runOwnJob(run: Run, address: number) {
    const began = performance.now()
    try {
      this.runJob(address)
    } catch (error) {
      run.error ??= error
      Atomics.store(this.words, poolWords.failed, 1)
    }
    run.workedMs += performance.now() - began
    run.ownJobs++
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
