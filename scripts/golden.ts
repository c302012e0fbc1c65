// Runs the tests against recorded numbers of diffusers, k-diffusion, EDM, guided-diffusion and
// PyTorch on the CPU, and lists by record the cases that pass and those left out, with reasons:
// `npm run golden`; `--json` prints one line of JSON. `--backend wasm` runs them on wasm instead of
// cpu (except what diffusers' own tests expect, which needs float64), within its tolerances, and
// `--arithmetic fused` there with fused multiply-add. `--backend webgpu --kernels gpu` runs the kernels
// for hardware on a software device. A case passes if it has a test and all of its tests pass.
// test/golden/README.md describes the records. Exits with 0 if all pass.
import { parseArgs } from 'node:util'
import type { TestCase } from 'vitest/node'
import { startVitest } from 'vitest/node'
import type { Record as GoldenRecord } from './goldenRecords.ts'
import { records } from './goldenRecords.ts'

/** Tests in float64, which only cpu has. */
const IN_FLOAT64 = "\\bon cpu tests of diffusers' schedulers"

const backends = ['cpu', 'wasm', 'webgpu']

interface Count {
  passed: number
  total: number
  failed: string[]
  /** Excluded cases and the reasons. */
  leftOut: { [name: string]: string }
}

/** Runs the tests on one backend. */
async function testsRun(
  backend: string,
  arithmetic: string,
  kernels: string | undefined,
): Promise<TestCase[]> {
  // Only recorded cases count, not the random ones of long tests.
  delete process.env.FULL
  // Includes the cases that the tests compute on cpu only here.
  process.env.GOLDEN = backend
  process.env.ARITHMETIC = arithmetic
  if (kernels !== undefined) process.env.KERNELS = kernels
  const others = backends.filter((name) => name !== backend)
  const files = [
    ...new Set(Object.values(records).flatMap(({ from }) => from.map(({ file }) => file))),
  ]
  const vitest = await startVitest('test', files, {
    watch: false,
    project: ['node', 'litegraph', 'alone'],
    testNamePattern: `^(?!.*\\bon (${others.join('|')})\\b)|${IN_FLOAT64}`,
    reporters: [{}],
    // A new machine compiles the programs of webgpu first.
    ...(backend === 'webgpu' && { testTimeout: 300_000 }),
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

function describeBackend(backend: string, arithmetic: string, kernels: string | undefined): string {
  if (arithmetic === 'fused') return `${backend} with fused multiply-add`
  return kernels === 'gpu' ? `${backend} with the kernels for hardware` : backend
}

function print(counts: Record<string, Count>, where: string) {
  console.log(
    `Held against numbers that the reference systems gave (test/golden/README.md), on ${where}:\n`,
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
    options: {
      json: { type: 'boolean', default: false },
      backend: { type: 'string', default: 'cpu' },
      arithmetic: { type: 'string', default: 'portable' },
      kernels: { type: 'string' },
    },
  })
  const { backend, arithmetic, kernels } = values
  if (!backends.includes(backend)) throw new Error(`Expected one of ${backends}, got ${backend}.`)
  const tests = await testsRun(backend, arithmetic, kernels)
  const counts = Object.fromEntries(
    Object.entries(records).map(([name, record]) => [name, countCases(record, tests)]),
  )
  if (values.json) console.log(JSON.stringify(counts))
  else print(counts, describeBackend(backend, arithmetic, kernels))
  // Overrides vitest's exit code, which covers all tests of these files: only cases count here.
  process.exitCode = Object.values(counts).every(({ passed, total }) => passed === total) ? 0 : 1
}
