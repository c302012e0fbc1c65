// The counts in docs/performance.md are up to date.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Counted, Task } from '../bench/counted.ts'
import type { OpenForm } from '../bench/forms.ts'
import { openForms } from '../bench/forms.ts'
import { amount, names, rows } from '../bench/counts.ts'
import { runScript } from './runScript.ts'

const whole = readFileSync('docs/performance.md', 'utf8')
const readSection = (title: string) => whole.split(`\n## ${title}\n`)[1].replace(/\n## [^]*/, '')
const page = readSection('Counts')
const run = promisify(execFile)

test('the tables of counts are up to date', { timeout: 600_000 }, async () => {
  const { output } = await runScript('bench:counts', ['--json'])
  const counted = JSON.parse(output) as { [K in Task]: Counted } & {
    stock: { [K in Task]: Counted }
  }
  const tables = page.split(/^A (?:training|sampling) step.*$/m).slice(1)
  expect(tables.length).toBe(names.length)
  const keys = Object.keys(rows) as (keyof typeof rows)[]
  for (const [i, task] of names.entries()) {
    const told = [...tables[i].matchAll(/^\| (\w.*?) \| (.*?) \| (.*?) \|$/gm)].map(
      ([, ...cells]) => cells,
    )
    expect(told.length).toBeGreaterThan(3)
    const found = told.map(([name]) => {
      const key = keys.find((each) => rows[each][0] === name)!
      return [
        name,
        ...[counted.stock[task], counted[task]].map((of) => amount(of[key] / rows[key][1])),
      ]
    })
    expect(told).toEqual(found)
  }
})

test('an opened or rewired UNet has few more dispatches', { timeout: 600_000 }, async () => {
  const { output } = await runScript('bench:counts', ['--model', 'opened', '--json'])
  const counted = JSON.parse(output) as { [K in Task]: Counted } & {
    [F in OpenForm]: { [K in Task]: Counted }
  }
  for (const task of names) {
    const { dispatches } = counted[task]
    expect(dispatches).toBeGreaterThan(50)
    for (const form of openForms)
      expect(counted[form][task].dispatches).toBeLessThanOrEqual(1.1 * dispatches)
  }
})

test.each(['train', 'sample16'] as const)(
  'the table of activations in float16 is up to date: %s',
  { timeout: 600_000 },
  async (task) => {
    const counted: Counted[] = []
    for (const storage of ['float32', 'float16']) {
      const { stdout } = await run('node', [
        'scripts/run.mjs',
        'bench/counted.ts',
        'ours',
        task,
        `--activations=${storage}`,
      ])
      counted.push(JSON.parse(stdout.trim().split('\n').at(-1)!) as Counted)
    }
    const tables = readSection('Activations in float16').split(/^A (?:training|sampling) step.*$/m)
    const told = [
      ...tables[task === 'train' ? 1 : 2].matchAll(/^\| (\w.*?) \| (\d.*?) \| (\d.*?) \|$/gm),
    ].map(([, ...cells]) => cells)
    expect(told.length).toBeGreaterThan(1)
    const keys = Object.keys(rows) as (keyof typeof rows)[]
    const found = told.map(([name]) => {
      const key = keys.find((each) => rows[each][0] === name)!
      return [name, ...counted.map((of) => amount(of[key] / rows[key][1]))]
    })
    expect(told).toEqual(found)
  },
)
