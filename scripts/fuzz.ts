// Fuzzer of everything that reads untrusted files, or writes what they say:
//
//   npm run fuzz -- --minutes 10 [--seed 1] [--only workflow] [--json] [--failures folder]
//   npm run fuzz -- --repeat <seed>/<target>/<number>
//
// Checks mutants of each target (scripts/fuzz/targets) in two threads. Beside them, texts are shown in
// Chromium, in runs by time or if `browser` is named.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { bundleWorker } from './fuzz/bundle.ts'
import type { BrowserResult } from './fuzz/browser.ts'
import {
  bounds,
  BROWSER,
  countsOf,
  isTargetName,
  Progress,
  targetNames,
  type Counts,
  type Failure,
  type Task,
} from './fuzz/protocol.ts'

const usage = `npm run fuzz -- [options]
  --minutes <n>        time (default 1)
  --mutants <n>        number of workflows, and a share of it of each other target, instead of a time
  --seed <n>           default: the time
  --only <targets>     separated by commas: ${[...targetNames, BROWSER].join(', ')}
  --threads <n>        default 2
  --json               print the result as JSON
  --failures <folder>  write the mutants that fail
  --first              stop at the first failure
  --repeat <address>   check a single mutant, as printed: seed/target/number
  --self-test          treat every accepted input as a failure`

interface Options extends Pick<Task, 'seed' | 'targets' | 'mutants' | 'selfTest'> {
  threads: number
  /** True to check texts in Chromium. */
  browser: boolean
  minutes: number
  json: boolean
  failures: string | undefined
  first: boolean
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
      first: { type: 'boolean', default: false },
      repeat: { type: 'string' },
      'self-test': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const named = values.only?.split(',')
  const targets = named?.filter((name) => name !== BROWSER) ?? targetNames
  const numbers = [values.minutes, values.threads, values.seed ?? '0', values.mutants ?? '1']
  if (values.help || !targets.every(isTargetName) || !numbers.every((n) => Number(n) >= 0))
    throw new Error(usage)
  return {
    seed: Number(values.seed ?? Date.now() % 2 ** 31),
    threads: Number(values.threads),
    browser: named ? named.includes(BROWSER) : values.mutants === undefined,
    targets,
    mutants: values.mutants === undefined ? Infinity : Number(values.mutants),
    minutes: values.mutants === undefined ? Number(values.minutes) : 60,
    json: values.json,
    failures: values.failures,
    first: values.first,
    repeat: values.repeat,
    selfTest: values['self-test'],
  }
}

export async function main(args: string[]) {
  const options = readOptions(args)
  if (options.repeat !== undefined)
    return (await import('./fuzz/repeat.ts')).repeatMutant(options.repeat, options)
  const run = new FuzzRun(options, await bundleWorker())
  const [counts, browser] = await Promise.all([run.run(), run.runBrowser()])
  run.print(counts, browser)
  if (run.failed > 0) process.exitCode = 1
}

class FuzzRun {
  failed = 0
  private readonly sorts = new Map<string, number>()
  private readonly start = Date.now()
  private readonly until: number
  /** Aborted at the first failure with `--first`. */
  private readonly ended = new AbortController()

  constructor(
    private readonly options: Options,
    private readonly script: string,
  ) {
    this.until = this.start + 60_000 * options.minutes
  }

  async run(): Promise<Counts> {
    const threads = this.options.targets.length > 0 ? this.options.threads : 0
    const counts = await Promise.all(Array.from({ length: threads }, (_, i) => this.runThread(i)))
    return countsOf((name) => counts.reduce((sum, count) => sum + count[name], 0))
  }

  async runBrowser(): Promise<BrowserResult | undefined> {
    const { browser, seed, mutants } = this.options
    if (!browser) return undefined
    const { fuzzBrowser } = await import('./fuzz/browser.ts')
    const report = (failure: Failure) => this.report(failure)
    const { until } = this
    return fuzzBrowser({ seed, until, most: mutants, report, signal: this.ended.signal })
  }

  /** Runs a worker, and starts it again after a mutant that hangs or crashes it. */
  private async runThread(index: number): Promise<Counts> {
    const progress = new Progress()
    let start = countsOf(() => 0)
    for (;;) {
      const problem = await this.runWorker(index, start, progress)
      start = countsOf((name) => progress.steps(name))
      if (problem === undefined || this.ended.signal.aborted) return start
      const target = progress.current
      this.report({
        target,
        number: index + start[target] * this.options.threads,
        property: problem,
        message: problem,
        stack: '',
        bytes: new Uint8Array(),
      })
      start[target]++
    }
  }

  /** Resolves with undefined at the end, or with the reason why the worker was stopped. */
  private runWorker(index: number, start: Counts, progress: Progress): Promise<string | undefined> {
    const { threads: workers, seed, targets, mutants, selfTest } = this.options
    const { until } = this
    const shared = { seed, targets, mutants, selfTest, until }
    const task: Task = { ...shared, index, workers, start, progress: progress.buffer }
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
        const now = targetNames.map((name) => progress.steps(name)).join()
        if (now !== last) [last, changed] = [now, Date.now()]
        if (Date.now() - changed < (ready ? bounds.silence : bounds.start)) return
        finish('no answer')
        void worker.terminate()
      }, 500)
      const finish = (problem: string | undefined) => {
        clearInterval(watch)
        resolve(problem)
      }
      this.ended.signal.addEventListener('abort', () => {
        finish(undefined)
        void worker.terminate()
      })
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
    if (this.options.first) this.ended.abort()
    const { number, target, property, message, stack } = failure
    const sort = `${target} ${property} ${message.slice(0, 40)}`
    const times = (this.sorts.get(sort) ?? 0) + 1
    this.sorts.set(sort, times)
    if (times > 3) return
    const address = `${this.options.seed}/${target}/${number}`
    process.stderr.write(`\n${address}, ${property}: ${message.slice(0, 600)}\n`)
    if (times > 1) return
    process.stderr.write(`${stack.split('\n').slice(1, 6).join('\n')}\n`)
    if (this.options.failures !== undefined) writeMutant(this.options.failures, address, failure)
  }

  print(targets: Counts, browser: BrowserResult | undefined) {
    const { seed, json } = this.options
    const seconds = Math.round((Date.now() - this.start) / 1000)
    const result = { targets, ...(browser && { browser }), failures: this.failed, seed, seconds }
    if (json) return process.stdout.write(`${JSON.stringify(result)}\n`)
    for (const name of targetNames)
      process.stdout.write(`${targets[name].toLocaleString('en').padStart(12)} ${name}\n`)
    if (browser && 'checked' in browser)
      process.stdout.write(`${browser.checked.toLocaleString('en').padStart(12)} ${BROWSER}\n`)
    else if (browser) process.stdout.write(`${BROWSER} skipped: ${browser.skipped}\n`)
    process.stdout.write(`${seconds} s, seed ${seed}: ${this.failed} failures\n`)
    for (const [sort, times] of this.sorts) process.stdout.write(`  ${times} x ${sort}\n`)
    return undefined
  }
}

function writeMutant(folder: string, address: string, { target, bytes }: Failure) {
  mkdirSync(folder, { recursive: true })
  const name = `${address.replaceAll('/', '-')}.${target === 'workflow' ? 'json' : 'bin'}`
  writeFileSync(join(folder, name), bytes)
}
