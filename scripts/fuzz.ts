// Fuzzer of all readers of untrusted files:
//
//   npm run fuzz -- --minutes 10 [--seed 1] [--only json] [--json] [--failures folder]
//   npm run fuzz -- --repeat <seed>/<kind>/<number>
//
// Checks mutants of workflows, links, images, ZIPs, weights and data sets in two threads.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { bundleWorker } from './fuzz/bundle.ts'
import { bounds, kinds, Progress, type Failure, type Kind, type Task } from './fuzz/protocol.ts'

const usage = `npm run fuzz -- [options]
  --minutes <n>        time (default 1)
  --mutants <n>        number of JSON mutants, and of binary ones, instead of a time
  --seed <n>           default: the time
  --only <kind>        ${kinds.join(', ')}
  --threads <n>        default 2
  --json               print the result as JSON
  --failures <folder>  write the mutants that fail
  --repeat <address>   check a single mutant, as printed: seed/kind/number
  --self-test          treat every accepted workflow as a failure`

/** Headers checked with each JSON mutant, if their number is limited. */
const HEADERS_PER_MUTANT = 5

interface Options {
  seed: number
  threads: number
  most: Record<Kind, number>
  minutes: number
  json: boolean
  failures: string | undefined
  selfTest: boolean
}

function readOptions(args: string[]): Options & { repeat: string | undefined } {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '1' },
      mutants: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      threads: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
      failures: { type: 'string' },
      repeat: { type: 'string' },
      'self-test': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const only = kinds.find((kind) => kind === values.only)
  const numbers = [values.minutes, values.threads, values.seed ?? '0', values.mutants ?? '1']
  if (values.help || (values.only !== undefined && !only) || !numbers.every((n) => Number(n) >= 0))
    throw new Error(usage)
  const limit = values.mutants === undefined ? Infinity : Number(values.mutants)
  const most = (kind: Kind) => {
    if (only !== undefined && kind !== only) return 0
    return kind === 'headers' ? limit * HEADERS_PER_MUTANT : limit
  }
  return {
    seed: Number(values.seed ?? Date.now() % 2 ** 31),
    threads: Number(values.threads),
    most: { json: most('json'), binary: most('binary'), headers: most('headers') },
    minutes: values.mutants === undefined ? Number(values.minutes) : 60,
    json: values.json,
    failures: values.failures,
    repeat: values.repeat,
    selfTest: values['self-test'],
  }
}

export async function main(args: string[]) {
  const options = readOptions(args)
  if (options.repeat !== undefined)
    return (await import('./fuzz/repeat.ts')).repeatMutant(options.repeat, options)
  const run = new FuzzRun(options, await bundleWorker())
  const counts = await run.run()
  run.print(counts)
  if (run.failed > 0) process.exitCode = 1
}

class FuzzRun {
  failed = 0
  private readonly sorts = new Map<string, number>()
  private readonly start = Date.now()
  private readonly until: number

  constructor(
    private readonly options: Options,
    private readonly script: string,
  ) {
    this.until = this.start + 60_000 * options.minutes
  }

  async run(): Promise<Record<Kind, number>> {
    const { threads } = this.options
    const counts = await Promise.all(Array.from({ length: threads }, (_, i) => this.runThread(i)))
    const total = (kind: Kind) => counts.reduce((sum, count) => sum + count[kind], 0)
    return { json: total('json'), binary: total('binary'), headers: total('headers') }
  }

  /** Runs a worker, and starts it again after a mutant that hangs or crashes it. */
  private async runThread(index: number): Promise<Record<Kind, number>> {
    const progress = new Progress()
    let start: Record<Kind, number> = { json: 0, binary: 0, headers: 0 }
    for (;;) {
      const problem = await this.runWorker(index, start, progress)
      start = {
        json: progress.steps('json'),
        binary: progress.steps('binary'),
        headers: progress.steps('headers'),
      }
      if (problem === undefined) return start
      const { kind } = progress
      const number = index + progress.steps(kind) * this.options.threads
      this.report({
        kind,
        number,
        target: 'worker',
        property: problem,
        message: problem,
        stack: '',
        bytes: new Uint8Array(),
      })
      start[kind]++
    }
  }

  /** Resolves with undefined at the end, or with the reason why the worker was stopped. */
  private runWorker(
    index: number,
    start: Record<Kind, number>,
    progress: Progress,
  ): Promise<string | undefined> {
    const { threads: workers, ...options } = this.options
    const { until } = this
    const task: Task = { ...options, index, workers, start, until, progress: progress.buffer }
    const worker = new Worker(this.script, {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: 2048 },
      stdout: false,
    })
    return new Promise((resolve) => {
      let ready = false
      let last = ''
      let changed = Date.now()
      const watch = setInterval(() => {
        const now = kinds.map((kind) => progress.steps(kind)).join()
        if (now !== last) [last, changed] = [now, Date.now()]
        if (Date.now() - changed < (ready ? bounds.silence : bounds.start)) return
        finish('no answer')
        void worker.terminate()
      }, 500)
      const finish = (problem: string | undefined) => {
        clearInterval(watch)
        resolve(problem)
      }
      worker.on('message', (message: Failure | 'ready') => {
        changed = Date.now()
        if (message === 'ready') ready = true
        else this.report(message)
      })
      worker.on('error', (error) => finish(`crash: ${error.message}`))
      worker.on('exit', (code) => finish(code === 0 ? undefined : `exit ${code}`))
    })
  }

  private report(failure: Failure) {
    this.failed++
    const { kind, number, target, property, message, stack } = failure
    const sort = `${target} ${property} ${message.slice(0, 40)}`
    const times = (this.sorts.get(sort) ?? 0) + 1
    this.sorts.set(sort, times)
    if (times > 3) return
    const address = `${this.options.seed}/${kind}/${number}`
    process.stderr.write(`\n${address} (${target}), ${property}: ${message.slice(0, 600)}\n`)
    if (times > 1) return
    process.stderr.write(`${stack.split('\n').slice(1, 6).join('\n')}\n`)
    if (this.options.failures !== undefined) writeMutant(this.options.failures, address, failure)
  }

  print(counts: Record<Kind, number>) {
    const { seed, json } = this.options
    const seconds = Math.round((Date.now() - this.start) / 1000)
    const result = { ...counts, failures: this.failed, seed, seconds }
    if (json) return process.stdout.write(`${JSON.stringify(result)}\n`)
    const text = kinds.map((kind) => `${counts[kind].toLocaleString('en')} ${kind}`).join(', ')
    process.stdout.write(`${text} in ${seconds} s, seed ${seed}: ${this.failed} failures\n`)
    for (const [sort, times] of this.sorts) process.stdout.write(`  ${times} x ${sort}\n`)
    return undefined
  }
}

function writeMutant(folder: string, address: string, { kind, bytes }: Failure) {
  mkdirSync(folder, { recursive: true })
  const name = `${address.replaceAll('/', '-')}.${kind === 'json' ? 'json' : 'bin'}`
  writeFileSync(join(folder, name), bytes)
}
