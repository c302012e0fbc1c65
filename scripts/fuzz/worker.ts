// Worker of the fuzzer: checks mutants until its time is over, and reports failures.
import { parentPort } from 'node:worker_threads'
import { describeFailure, Fuzzer, QUICK_GROUP } from './fuzzer.ts'
import { minimise } from './minimise.ts'
import { Progress, type Failure, type TargetName, type Task } from './protocol.ts'
import type { QuickTarget } from './target.ts'
import { createTarget } from './targets/index.ts'

/** Milliseconds spent on one target before another. */
const SLICE = 100

/** Failures of one sort that are minimised. */
const MINIMISED = 1

/** Part of the time for a target, relative to the others. */
const WEIGHTS: Partial<Record<TargetName, number>> = { workflow: 5 }

class WorkerRun {
  private readonly progress: Progress
  private readonly minimised = new Map<string, number>()
  /** Milliseconds spent on each target, divided by its weight. */
  private readonly spent = new Map<TargetName, number>()
  private readonly open: Set<TargetName>

  constructor(
    private readonly fuzzer: Fuzzer,
    private readonly task: Task,
  ) {
    this.progress = new Progress(task.progress)
    this.open = new Set(task.targets)
    for (const name of task.targets) this.progress.set(name, task.start[name])
  }

  async run() {
    for (;;) {
      const [name] = [...this.open].sort((a, b) => this.time(a) - this.time(b))
      if (name === undefined || Date.now() >= this.task.until) return
      this.progress.current = name
      const began = performance.now()
      await this.runSlice(name)
      const time = performance.now() - began
      this.spent.set(name, this.time(name) + time / (WEIGHTS[name] ?? 1))
      // Lets messages out.
      await new Promise((resolve) => void setImmediate(resolve))
    }
  }

  private time = (name: TargetName) => this.spent.get(name) ?? 0

  private async runSlice(name: TargetName) {
    const target = await createTarget(name)
    const end = Math.min(this.task.until, Date.now() + SLICE)
    const remaining = () => {
      const all = Math.ceil(this.task.mutants * target.share)
      return Math.ceil((all - this.number(name)) / this.task.workers)
    }
    while (Date.now() < end && remaining() > 0) {
      if (target.isQuick) await this.checkGroup(name, target, Math.min(QUICK_GROUP, remaining()))
      else {
        await this.checkNumber(name, this.number(name))
        this.progress.set(name, this.progress.steps(name) + 1)
      }
    }
    if (remaining() <= 0) this.open.delete(name)
  }

  private number(name: TargetName): number {
    return this.task.index + this.progress.steps(name) * this.task.workers
  }

  private async checkGroup(name: TargetName, target: QuickTarget, count: number) {
    const from = this.number(name)
    const failed = this.fuzzer.checkGroup(name, target, from, this.task.workers, count)
    if (failed >= 0) await this.checkNumber(name, failed)
    const done = failed < 0 ? count : (failed - from) / this.task.workers + 1
    this.progress.set(name, this.progress.steps(name) + done)
  }

  private async checkNumber(name: TargetName, number: number) {
    const mutant = await this.fuzzer.mutant(name, number)
    const violation = await this.fuzzer.check(mutant)
    if (!violation) return
    const failure = describeFailure(mutant, violation)
    const sort = failureSort(failure)
    const times = this.minimised.get(sort) ?? 0
    this.minimised.set(sort, times + 1)
    if (times < MINIMISED) failure.bytes = await minimise(this.fuzzer, mutant, failure)
    parentPort?.postMessage(failure)
  }
}

/** Failures of one sort have one cause, as far as can be seen from outside. */
export const failureSort = ({ target, property, message, stack }: Failure): string =>
  [target, property, /\(?([^\s()]+:\d+):\d+\)?/.exec(stack)?.[1] ?? message.slice(0, 60)].join(' ')

export async function work(task: Task) {
  // litegraph reports on the console what it leaves out.
  for (const name of ['log', 'warn', 'error'] as const) console[name] = () => {}
  const fuzzer = new Fuzzer(task)
  parentPort?.postMessage('ready')
  await new WorkerRun(fuzzer, task).run()
}
