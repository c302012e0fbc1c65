// Runs the tests that hold our numbers against recorded ones of diffusers, k-diffusion, EDM, guided-diffusion and PyTorch, on the CPU,
// and lists by record how many of its cases pass: `npm run golden`, with `--json` as one line of JSON. A case counts as passed if there is a test
// for it and all of them pass. test/golden/README.md says where the records come from.
import { parseArgs } from 'node:util'
import type { TestCase } from 'vitest/node'
import { startVitest } from 'vitest/node'
import type { Record as GoldenRecord } from './goldenRecords.ts'
import { records } from './goldenRecords.ts'

/** What other backends do is another matter: their tolerances are wider. */
const PATTERN = '^(?!.*\\bon (wasm|webgpu)\\b)'

interface Count {
  passed: number
  total: number
}

async function testsRun(): Promise<TestCase[]> {
  const files = [...new Set(Object.values(records).flatMap(({ from }) => from.map(({ file }) => file)))]
  const vitest = await startVitest('test', files, {
    watch: false,
    project: ['node'],
    testNamePattern: PATTERN,
    reporters: [{}],
  })
  const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()])
  await vitest.close()
  return tests
}

/** By case, whether all of its tests passed. */
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

function print(counts: Record<string, Count>, cases: Map<string, Map<string, boolean>>) {
  for (const [name, { passed, total }] of Object.entries(counts)) {
    console.log(`${name.padEnd(60)}${String(passed).padStart(4)} of ${total}`)
    for (const [own, right] of cases.get(name)!) if (!right) console.log(`    ${own} fails`)
    for (const [own, reason] of Object.entries(records[name]!.leftOut ?? {})) console.log(`    left out: ${own}: ${reason}`)
  }
  const sum = (what: keyof Count) => Object.values(counts).reduce((total, count) => total + count[what], 0)
  console.log(`${sum('passed')} of ${sum('total')} cases pass.`)
}

export async function main(args: readonly string[]) {
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false } } })
  const tests = await testsRun()
  const cases = new Map(Object.entries(records).map(([name, record]) => [name, casesIn(record, tests)]))
  const counts = Object.fromEntries(
    Object.entries(records).map(([name, { total }]) => [
      name,
      { passed: [...cases.get(name)!.values()].filter(Boolean).length, total },
    ]),
  )
  if (values.json) console.log(JSON.stringify(counts))
  else print(counts, cases)
  // More than there are is a wrong pattern in the list of records.
  if (Object.values(counts).some(({ passed, total }) => passed !== total)) process.exitCode = 1
}
