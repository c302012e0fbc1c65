// Checks hand-ins in several processes, which are used again until one has to be ended.
import { availableParallelism, totalmem } from 'node:os'
import { startCheckProcess, type CheckLimits, type CheckProcess } from './checkProcess.ts'
import type { HandInJob } from './handIn.ts'
import type { ReportRow } from './row.ts'

/** At least two processes, so that a hand-in that takes long does not stop the others. */
const [LEAST, MOST] = [2, 8]

export interface CheckPool {
  /** Resolves when all jobs have rows, or after `stop`. */
  finished: Promise<void>
  /** Ends all processes. Hand-ins without a result have no rows. */
  stop(): void
}

interface PoolOptions {
  /** Folder of the courses. */
  lessons: string
  limits: Omit<CheckLimits, 'threads'>
  onStart: (job: HandInJob) => void
  onRow: (row: ReportRow) => void
}

export function checkInPool(jobs: readonly HandInJob[], options: PoolOptions): CheckPool {
  const { lessons, limits, onStart, onRow } = options
  const waiting = jobs.values()
  const running = new Set<CheckProcess>()
  let isStopped = false
  const start = () => {
    const created = startCheckProcess(lessons, { ...limits, threads })
    running.add(created)
    return created
  }
  const end = (ended: CheckProcess) => {
    running.delete(ended)
    ended.kill()
  }
  const processes = countProcesses(jobs.length, limits.memory)
  const threads = Math.max(1, Math.floor(availableParallelism() / processes))
  const lane = async () => {
    let worker: CheckProcess | undefined
    for (const job of waiting) {
      if (isStopped) break
      onStart(job)
      worker ??= start()
      const isAlive = await worker.check(job, (row) => {
        if (!isStopped) onRow(row)
      })
      // The next hand-in must not be blamed for the memory of this one.
      if (isAlive && worker.resident() < (limits.memory * 2 ** 20) / 2) continue
      end(worker)
      worker = undefined
    }
    if (worker) end(worker)
  }
  const lanes = Array.from({ length: processes }, lane)
  return {
    finished: Promise.all(lanes).then(() => {}),
    stop() {
      isStopped = true
      for (const worker of running) worker.kill()
    },
  }
}

function countProcesses(jobs: number, memory: number): number {
  const fitting = Math.floor(totalmem() / (memory * 2 ** 20))
  const wanted = Math.min(MOST, availableParallelism(), fitting)
  return Math.min(jobs, Math.max(LEAST, wanted))
}
