// Reporter that ends a test run with the tests that needed a second try, the skipped ones and their
// reasons, and the counts on the last line.
import type { Reporter, TestCase, TestModule } from 'vitest/node'

interface Skipped {
  suite: string
  note: string
}

export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const of = (state: string) => tests.filter((test) => test.result().state === state)
    const skipped = of('skipped').map(describeSkipped)
    const broken = modules.filter((module) => module.errors().length > 0).length + unhandled.length
    const failed = of('failed').length + broken
    const repeated = tests.filter((test) => test.diagnostic()?.flaky).map(nameTest)
    if (repeated.length > 0) console.log(`Passed on the second try:\n  ${repeated.join('\n  ')}`)
    if (skipped.length > 0) console.log(`Skipped:\n${grouped(skipped).join('\n')}`)
    if (skipped.length > 0 && process.env.CI) {
      console.log('With CI set, skipped tests are failures.')
      process.exitCode = 1
    }
    const line = `${of('passed').length} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`
    // Vitest prints more after its reporters; the counts must be the last line.
    process.once('exit', () => process.stdout.write(`${line}\n`))
  }
}

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
