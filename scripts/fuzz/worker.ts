// Worker of the fuzzer: checks mutants until its time is over, and reports failures.
import { parentPort } from 'node:worker_threads'
import { describeFailure, Fuzzer, HEADERS_TOGETHER } from './fuzzer.ts'
import { minimise } from './minimise.ts'
import { goals, kinds, Progress, type Failure, type Kind, type Task } from './protocol.ts'

/** Milliseconds spent on one kind before another. */
const SLICE = 100

/** Failures of one sort that are minimised. */
const MINIMISED = 1

class WorkerRun {
  private readonly progress: Progress
  private readonly minimised = new Map<string, number>()

  constructor(
    private readonly fuzzer: Fuzzer,
    private readonly task: Task,
  ) {
    this.progress = new Progress(task.progress)
    for (const kind of kinds) this.progress.set(kind, task.start[kind])
  }

  async run() {
    for (;;) {
      const kind = this.nextKind()
      if (!kind || Date.now() >= this.task.until) return
      this.progress.kind = kind
      const end = Math.min(this.task.until, Date.now() + SLICE)
      while (Date.now() < end && this.remaining(kind) > 0)
        await (kind === 'headers' ? this.checkHeaders() : this.checkMutant(kind))
      // Lets messages out.
      await new Promise((resolve) => void setImmediate(resolve))
    }
  }

  private number(kind: Kind): number {
    return this.task.index + this.progress.steps(kind) * this.task.workers
  }

  private remaining(kind: Kind): number {
    return Math.ceil((this.task.most[kind] - this.number(kind)) / this.task.workers)
  }

  /** The kind that is furthest from its goal. */
  private nextKind(): Kind | undefined {
    const share = (kind: Kind) => this.progress.steps(kind) / goals[kind]
    const [first] = kinds
      .filter((kind) => this.remaining(kind) > 0)
      .sort((a, b) => share(a) - share(b))
    return first
  }

  private async checkMutant(kind: Kind) {
    await this.checkNumber(kind, this.number(kind))
    this.progress.set(kind, this.progress.steps(kind) + 1)
  }

  private async checkHeaders() {
    const count = Math.min(HEADERS_TOGETHER, this.remaining('headers'))
    const from = this.number('headers')
    const failed = this.fuzzer.checkHeaders(from, this.task.workers, count)
    if (failed >= 0) await this.checkNumber('headers', failed)
    const done = failed < 0 ? count : (failed - from) / this.task.workers + 1
    this.progress.set('headers', this.progress.steps('headers') + done)
  }

  private async checkNumber(kind: Kind, number: number) {
    const mutant = this.fuzzer.mutant(kind, number)
    const violation = await this.fuzzer.check(mutant)
    if (!violation) return
    const failure = describeFailure(kind, number, mutant, violation)
    const sort = failureSort(failure)
    const times = this.minimised.get(sort) ?? 0
    this.minimised.set(sort, times + 1)
    if (times < MINIMISED) failure.bytes = await minimise(this.fuzzer, failure)
    parentPort?.postMessage(failure)
  }
}

/** Failures of one sort have one cause, as far as can be seen from outside. */
export const failureSort = ({ target, property, message, stack }: Failure): string =>
  [target, property, /\(?([^\s()]+:\d+):\d+\)?/.exec(stack)?.[1] ?? message.slice(0, 60)].join(' ')

export async function work(task: Task) {
  // litegraph reports on the console what it leaves out.
  for (const name of ['log', 'warn', 'error'] as const) console[name] = () => {}
  const fuzzer = await Fuzzer.create(task)
  parentPort?.postMessage('ready')
  await new WorkerRun(fuzzer, task).run()
}
