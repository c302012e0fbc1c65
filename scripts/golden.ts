// Runs the tests against recorded numbers of diffusers, k-diffusion, EDM, guided-diffusion and
// PyTorch on the CPU, and lists by record the cases that pass and those left out, with reasons:
// `npm run golden`; `--json` prints one line of JSON. A case passes if it has a test and all of its
// tests pass. test/golden/README.md describes the records. Exits with 0 if all pass.
import { parseArgs } from 'node:util'
import type { TestCase } from 'vitest/node'
import { startVitest } from 'vitest/node'
import type { Record as GoldenRecord } from './goldenRecords.ts'
import { records } from './goldenRecords.ts'

/** Excludes other backends, whose tolerances are wider. */
const PATTERN = '^(?!.*\\bon (wasm|webgpu)\\b)'

interface Count {
  passed: number
  total: number
  failed: string[]
  /** Excluded cases and the reasons. */
  leftOut: { [name: string]: string }
}

async function testsRun(): Promise<TestCase[]> {
  // Includes the cases that the tests compute on cpu only here.
  process.env.GOLDEN = 'true'
  const files = [
    ...new Set(Object.values(records).flatMap(({ from }) => from.map(({ file }) => file))),
  ]
  const vitest = await startVitest('test', files, {
    watch: false,
    project: ['node', 'alone'],
    testNamePattern: PATTERN,
    reporters: [{}],
  })
  const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()])
  await vitest.close()
  return tests
}

/** Maps each case to whether all of its tests passed. */
function casesIn({ from }: GoldenRecord, tests: readonly TestCase[]): Map<string, boolean> {
  const cases = new Map<string, boolean>()
  for (const { file, test: pattern } of from) {
    for (const test of tests) {
      if (test.module.relativeModuleId !== file) continue
      const found = pattern.exec(test.fullName)
      const { state } = test.result()
      if (!found || state === 'skipped') continue
      const name = found[1] ?? test.id
      cases.set(name, (cases.get(name) ?? true) && state === 'passed')
    }
  }
  return cases
}

function countCases(record: GoldenRecord, tests: readonly TestCase[]): Count {
  const cases = casesIn(record, tests)
  const failed = [...cases].flatMap(([name, right]) => (right ? [] : [name]))
  return {
    passed: cases.size - failed.length,
    total: record.total,
    failed,
    leftOut: record.leftOut ?? {},
  }
}

function byReason(leftOut: Count['leftOut']): Map<string, string[]> {
  const names = new Map<string, string[]>()
  for (const [name, reason] of Object.entries(leftOut))
    names.set(reason, [...(names.get(reason) ?? []), name])
  return names
}

function print(counts: Record<string, Count>) {
  console.log(
    'Held against numbers that the reference systems gave (test/golden/README.md), on the CPU:\n',
  )
  const width = Math.max(...Object.keys(counts).map((name) => name.length))
  for (const [name, { passed, total, failed, leftOut }] of Object.entries(counts)) {
    console.log(
      `${name.padEnd(width)}${`${passed} of ${total}`.padStart(10)}  ${records[name].what}`,
    )
    for (const own of failed) console.log(`    fails: ${own}`)
    const missing = total - passed - failed.length
    if (missing > 0) console.log(`    without a test: ${missing}`)
    if (missing < 0) console.log(`    more tests than cases, a wrong pattern: ${-missing}`)
    for (const [reason, owns] of byReason(leftOut))
      console.log(`    left out: ${owns.join('\n              ')}\n      ${reason}`)
  }
  const sum = (of: (count: Count) => number) =>
    Object.values(counts).reduce((total, count) => total + of(count), 0)
  const left = sum(({ leftOut }) => Object.keys(leftOut).length)
  console.log(
    `\n${sum(({ passed }) => passed)} of ${sum(({ total }) => total)} cases pass, ${left} more are left out for the reasons above.`,
  )
}

export async function main(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false } },
  })
  const tests = await testsRun()
  const counts = Object.fromEntries(
    Object.entries(records).map(([name, record]) => [name, countCases(record, tests)]),
  )
  if (values.json) console.log(JSON.stringify(counts))
  else print(counts)
  // Overrides vitest's exit code, which covers all tests of these files: only cases count here.
  process.exitCode = Object.values(counts).every(({ passed, total }) => passed === total) ? 0 : 1
}
