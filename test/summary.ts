// Reporter that names a suite that hangs and ends the run, and closes each run with what a reader
// needs: the tests that needed a second try, the skipped ones with their reasons, the failed ones
// with their first line of error, and the counts on the last line.
import type { Reporter, TestCase, TestModule } from 'vitest/node'

interface Skipped {
  suite: string
  note: string
}

/** Minutes without an event of a suite after which it counts as hung. */
const HUNG = process.env.FULL ? 60 : 12

export default class Summary implements Reporter {
  /** Running suites: their timers, and the test that runs. */
  readonly #running = new Map<TestModule, { timer: NodeJS.Timeout; test?: string }>()
  #modules: readonly TestModule[] = []

  onTestModuleStart(module: TestModule) {
    this.#observe(module)
  }

  onTestCaseReady(test: TestCase) {
    this.#observe(test.module, test.fullName)
  }

  onTestCaseResult(test: TestCase) {
    this.#observe(test.module)
  }

  onTestModuleEnd(module: TestModule) {
    clearTimeout(this.#running.get(module)?.timer)
    this.#running.delete(module)
    this.#modules = [...this.#modules, module]
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly Message[]) {
    for (const { timer } of this.#running.values()) clearTimeout(timer)
    const lines = describeRun(modules, unhandled)
    // Vitest prints more after its reporters; the counts must be the last line.
    process.once('exit', () => process.stdout.write(lines.join('')))
  }

  #observe(module: TestModule, test?: string) {
    clearTimeout(this.#running.get(module)?.timer)
    const timer = setTimeout(() => this.#end(module), HUNG * 60_000)
    this.#running.set(module, { timer, test })
  }

  /** Ends the run, as a suite that computes for ever cannot be interrupted. */
  #end(module: TestModule) {
    const { test = 'outside of its tests' } = this.#running.get(module)!
    const message = `hangs: no event for ${HUNG} minutes (${test})`
    const lines = describeRun(this.#modules, [], [`${module.relativeModuleId}: ${message}`])
    process.stdout.write(lines.join(''))
    process.exit(1)
  }
}

interface Message {
  message: string
}

/** Returns the lines of the summary; the counts are the last one. */
function describeRun(
  modules: readonly TestModule[],
  unhandled: readonly Message[],
  hung: readonly string[] = [],
): string[] {
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  const of = (state: string) => tests.filter((test) => test.result().state === state)
  const skipped = of('skipped').map(describeSkipped)
  const failures = [
    ...unhandled.map(({ message }) => `outside of the tests: ${firstLine(message)}`),
    ...modules.flatMap((module) =>
      [module, ...module.children.allSuites()].flatMap((suite) =>
        suite.errors().map(({ message }) => `${module.relativeModuleId}: ${firstLine(message)}`),
      ),
    ),
    ...of('failed').map((test) => {
      const [error] = test.result().errors ?? []
      return `${nameTest(test)}: ${firstLine(error?.message ?? '')}`
    }),
    ...hung,
  ]
  const retried = tests.filter((test) => test.diagnostic()?.flaky).map(nameTest)
  const { CI } = process.env
  if (skipped.length > 0 && CI) process.exitCode = 1
  return [
    ...retried.map((name) => `retried: ${name}\n`),
    ...(skipped.length > 0 ? [`Skipped:\n${grouped(skipped).join('\n')}\n`] : []),
    ...(skipped.length > 0 && CI ? ['With CI set, skipped tests are failures.\n'] : []),
    ...failures.map((failure) => `failed: ${failure}\n`),
    `${of('passed').length} passed, ${failures.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}\n`,
  ]
}

/** The first line of an error, without colours, in a length that a terminal shows. */
const firstLine = (text: string) =>
  // oxlint-disable-next-line no-control-regex -- codes of colours
  text
    .replaceAll(/\u001B\[[\d;]*m/g, '')
    .split('\n', 1)[0]
    .slice(0, 300)

const nameTest = (test: TestCase) => `${test.module.relativeModuleId} > ${test.fullName}`

const describeSkipped = (test: TestCase): Skipped => {
  const result = test.result()
  return {
    suite: `${test.module.relativeModuleId} > ${test.parent.type === 'suite' ? test.parent.fullName : test.name}`,
    note: (result.state === 'skipped' && result.note) || 'skipped in the source',
  }
}

/** Returns one line per suite and reason. */
function grouped(skipped: Skipped[]): string[] {
  const counts = new Map<string, number>()
  for (const { suite, note } of skipped)
    counts.set(`${suite}: ${note}`, (counts.get(`${suite}: ${note}`) ?? 0) + 1)
  return [...counts].map(([line, count]) => `  ${line} (${count} test${count === 1 ? '' : 's'})`)
}
