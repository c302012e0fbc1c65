// `check` and `run --verify` as processes.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { firstDifference } from '../../../src/hosts/cli/outcome.ts'
import { printComparison } from '../../../src/hosts/cli/verify.ts'
import { trainingGraph } from '../../trainingGraph.ts'
import { workflowOf } from '../../workflowOf.ts'
import { useCli } from './builtCli.ts'
import { node } from '../../nodes/evaluate.ts'
import { fullTest } from '../../families.ts'

const { folder, cli } = useCli()
const write = (name: string, content: string | Uint8Array) =>
  writeFileSync(join(folder, name), content)

const points = trainingGraph(3)
write('points.json', workflowOf(points))
/** Two faults in different nodes, a notice, and a title with a terminal's control codes. */
const faulty = {
  nodes: [
    ...points.nodes.map((each) =>
      each.id === 'Forward'
        ? { ...each, inputs: {} }
        : each.id === 'Adam'
          ? { ...each, params: { lr: 'fast' } }
          : each,
    ),
    node(
      'Load',
      'LoadCheckpoint',
      {},
      {
        checkpoint: { name: 'mine.zip', size: 1, sha256: 'a'.repeat(64) },
      },
    ),
  ],
}
write('faulty.json', workflowOf(faulty))
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
write('cut.png', Uint8Array.from([...PNG, 0, 0]))
write('cut.zip', Uint8Array.from([0x50, 0x4b, 3, 4, 1, 2]))
write('text.json', '{"nodes": [')
write('title.json', workflowOf(faulty).replace('"Adam"', String.raw`"Adam\u001b[2J"`))

interface Reported {
  node: string
  title?: string
  slot?: string
  param?: string
  message: string
  cure: string
}
interface Report {
  file: string
  faults: Reported[]
  notices: Reported[]
}

test('check --json lists all faults and notices of several files', async () => {
  const { status, stdout, stderr } = await cli(['check', '--json', 'points.json', 'faulty.json'])
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
  const [valid, invalid] = JSON.parse(stdout) as [Report, Report]
  expect(valid).toEqual({ file: 'points.json', faults: [], notices: [] })
  expect(invalid.faults.map(({ title, slot, param }) => [title, slot ?? param])).toEqual([
    ['Adam', 'lr'],
    ['Forward', 'x_0'],
    ['Forward', 't'],
    ['Forward', 'noise'],
    ['Forward', 'schedule'],
  ])
  for (const { node, message, cure } of invalid.faults)
    expect([node, message, cure].every((text) => text.length > 0)).toBe(true)
  expect(invalid.notices.at(-1)).toMatchObject({
    title: 'Load',
    param: 'checkpoint',
    message: 'The checkpoint mine.zip (SHA-256 aaaaaaaaaaaa...) is not part of this file.',
    cure: 'Run it with --checkpoint and the path of that file.',
  })
})

fullTest('check prints the same as text, with the file where there are several', async () => {
  const one = await cli(['check', 'faulty.json'])
  expect(one).toMatchObject({ status: 1, stdout: '' })
  expect(one.stderr).toMatch(/^fault: Adam, lr: .+\n {2}\S.*\nfault: Forward, x_0: /)
  expect(one.stderr).toMatch(/\nfaulty\.json: faults 5, notices \d+\n$/)
  const several = await cli(['check', 'points.json', 'faulty.json', 'title.json', 'missing.json'])
  expect(several.status).toBe(1)
  expect(several.stderr).toContain('points.json: no faults\nfaulty.json: fault: Adam, lr: ')
  expect(several.stderr).toContain('missing.json: fault: There is no file or folder missing.json.')
  // No control codes reach the terminal.
  expect(several.stderr).toContain('Adam\ufffd[2J, lr')
  expect(several.stderr).not.toContain('\u001b')
})

fullTest('hostile, foreign and damaged files end with a sentence or are accepted', async () => {
  cpSync('test/fixtures', join(folder, 'fixtures'), { recursive: true })
  const files = ['hostile', 'foreign'].flatMap((kind) =>
    readdirSync(join('test/fixtures', kind))
      .filter((name) => name.endsWith('.json'))
      .map((name) => join('fixtures', kind, name)),
  )
  const damaged = ['cut.png', 'cut.zip', 'text.json', '.', '/dev/null']
  const { status, stdout, stderr } = await cli(['check', '--json', ...files, ...damaged])
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
  const reports = JSON.parse(stdout) as Report[]
  expect(reports.map(({ file }) => file)).toEqual([...files, ...damaged])
  for (const { file, faults, notices } of reports)
    for (const { message, cure } of [...faults, ...notices]) {
      expect(message, file).toMatch(/^\S.{10}/)
      expect(message + cure, file).not.toMatch(/undefined|\[object|Unexpected error| at .+:\d+:\d+/)
    }
  expect(reports.slice(-damaged.length).map(({ faults }) => faults.length)).toEqual([1, 1, 1, 1, 1])
})

test('--verify prints each output and exits with 0 if all bits are equal', async () => {
  const { status, stdout, stderr } = await cli(
    'run points.json --verify --quiet --out verified'.split(' '),
  )
  expect({ status, lines: stdout.split('\n') }).toEqual({
    status: 0,
    lines: [
      'Samples.x_0 (Picture, Numbers): equal',
      'End.model (Keep): equal',
      'Schedule.schedule (Keep): equal',
      'End.history (Chart): equal',
      'Start, 3 losses: equal',
      'file moons.zip: equal',
      'training state 1 at step 3: equal',
      'Bit-identical: 7 of 7 outputs.',
      '',
    ],
  })
  expect(stderr).toContain('Second run, to compare the bits.\n')
  expect(readdirSync(join(folder, 'verified'))).toContain('moons.zip')
  const summary = JSON.parse(readFileSync(join(folder, 'verified/summary.json'), 'utf8'))
  expect(Object.keys(summary.statistics)).toEqual(['Numbers'])
})

test('--verify finds a random number that changes, and exits with 3', async () => {
  // Each logarithm, which the normal distribution uses, is larger than the one before.
  const drifting = `const log = Math.log
    let calls = 0
    Math.log = (x) => log(x) * (1 + 1e-6 * calls++)`
  const preload = `data:text/javascript,${encodeURIComponent(drifting)}`
  const args = ['run', 'points.json', '--backend', 'cpu', '--verify', '--quiet']
  const { status, stdout } = await cli([...args, '--target', 'x_T'], { preload })
  expect(status).toBe(3)
  expect(stdout).toMatch(
    /^x_T\.noise: different at tensor\.data\[0\], -?[\d.]+ in the first run, -?[\d.]+ in the second\nNot bit-identical: 1 of 1 outputs differ\.\n$/,
  )
})

test.each([
  [{ a: Float32Array.of(0, 1) }, { a: Float32Array.of(-0, 1) }, 'a[0]', [0, -0]],
  [[1, Float64Array.of(1, 2)], [1, Float64Array.of(1, 2 + 2 ** -51)], '[1][1]', [2, 2 + 2 ** -51]],
  [{ a: { b: [1] } }, { a: { b: [1, 2] } }, 'a.b[1]', [undefined, 2]],
  [Uint8Array.of(1), Uint8Array.of(1, 2), '.length', [1, 2]],
  [{ a: 1 }, undefined, '', [{ a: 1 }, undefined]],
])('finds the first difference of %j and %j', (a, b, path, [first, second]) => {
  expect(firstDifference(a, a)).toBeUndefined()
  expect(firstDifference(a, b)).toEqual({ path, first, second })
})

test('an output of one run only is a difference', () => {
  const lines: string[] = []
  const equal = printComparison(
    new Map([['x', Float32Array.of(NaN)]]),
    new Map<string, unknown>([
      ['x', Float32Array.of(NaN)],
      ['y', -0],
    ]),
    (line) => lines.push(line),
  )
  expect(equal).toBe(false)
  expect(lines).toEqual([
    'x: equal',
    'y: different, nothing in the first run, -0 in the second',
    'Not bit-identical: 1 of 2 outputs differ.',
  ])
})
