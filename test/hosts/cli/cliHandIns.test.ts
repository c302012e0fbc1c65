// `lessons check` on hostile hand-ins: a row for each, whatever the others do.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { signSummary, type LessonProgress } from '../../../src/lessons/summary.ts'
import { cliArguments, useCli } from './builtCli.ts'
import { fullTest } from '../../families.ts'

const { folder, cli } = useCli()
const shared = ['--lessons', join(import.meta.dirname, '../../../lessons'), '--code', 'spring']
const NOISE = 'diffusion/01-noise'
const workflow = readFileSync(`lessons/${NOISE}/noise.json`, 'utf8')
const preload = join(import.meta.dirname, 'hostileJson.mjs')

const answer = (id: string, text: string, right = true) => ({
  id,
  answer: text,
  right,
  tries: 1,
  when: 1,
})
const lesson = (more: Partial<LessonProgress> = {}): LessonProgress => ({
  lesson: NOISE,
  questions: [answer('factor', '0.8')],
  tasks: [],
  ...more,
})
const summary = (student: string, lessons: LessonProgress[] = [lesson()], course = 'diffusion') =>
  signSummary({ course, student, exported: 1, lessons }, 'spring')

function write(path: string, text: string) {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), text)
}

const check = async (name: string, ...options: string[]) => {
  const ended = await cli(['lessons', 'check', name, '--json', ...options, ...shared], { preload })
  return { ...ended, ...(JSON.parse(ended.stdout) as { rows: Row[]; problems: object[] }) }
}

interface Row {
  file: string
  student: string
  lesson: string
  questions: { id: string; right: boolean }[]
  problem?: string
  sameStudent?: object
}

/** Expects a problem in the row of one file, and right answers of one student in each other row. */
function expectOneProblem(rows: Row[], file: string, problem: RegExp) {
  const bad = rows.filter((row) => row.problem !== undefined)
  expect(bad).toMatchObject([{ file, problem: expect.stringMatching(problem) }])
  const good = rows.filter((row) => row.problem === undefined)
  expect(new Set(good.map(({ student }) => student)).size).toBe(rows.length - 1)
  expect(good.every(({ questions }) => questions[0]?.right)).toBe(true)
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => i)

beforeAll(() => {
  for (const i of numbered(30)) write(`class/good${i}.json`, summary(`Student ${i}`))
  write('class/a-loops.json', '{"LOOP": true}')
  write('memory/a-allocates.json', '{"ALLOCATE": true}')
  for (const i of numbered(3)) write(`memory/good${i}.json`, summary(`Student ${i}`))
  // The task's workflow loops after the lesson before it was checked.
  const task = { id: 'jump', passed: true, tries: 1, when: 1, workflow: '{"LOOP": true}' }
  const second = lesson({ lesson: 'diffusion/02-spectrum', questions: [] })
  write('half/c.json', summary('Cleo', [second, lesson({ tasks: [task] })]))
})

describe('hand-ins', () => {
  test('that never end are rows, beside those of all others', async () => {
    const { rows, status } = await check('class', '--seconds', '4')
    expect(rows).toHaveLength(31)
    expectOneProblem(rows, 'a-loops.json', /^The check was ended after 4 s\./)
    expect(status).toBe(1)
  })

  fullTest('that take all memory are rows, beside those of all others', async () => {
    // On a busy machine it takes more than seconds to fill it.
    const { rows, status } = await check('memory', '--seconds', '200', '--memory', '1024')
    expect(rows).toHaveLength(4)
    expectOneProblem(rows, 'a-allocates.json', /1024 MiB of memory|for lack of memory/)
    expect(status).toBe(1)
  })

  fullTest(
    'have the rows of what was checked before they were ended, with the student',
    async () => {
      const { rows } = await check('half', '--seconds', '2')
      expect(rows).toMatchObject([
        { student: 'Cleo', lesson: 'diffusion/02-spectrum' },
        { student: 'Cleo', lesson: NOISE, problem: expect.stringMatching(/ended after 2 s/) },
      ])
    },
  )

  test('that were checked before an interruption are complete in the CSV', async () => {
    const args = ['lessons', 'check', 'class', '--csv', '--seconds', '500', ...shared]
    const child = spawn(process.execPath, cliArguments(args, { preload }), { cwd: folder })
    let text = ''
    let notes = ''
    const status = await new Promise<number | null>((resolve) => {
      child.stdout.on('data', (data: Buffer) => {
        text += data.toString()
        // The one that loops is still there. A second signal would end the program at once.
        if (!child.killed && text.split('\r\n').length > 12) child.kill('SIGINT')
      })
      child.stderr.on('data', (data: Buffer) => (notes += data.toString()))
      // After the last of its output.
      child.on('close', resolve)
    })
    expect(status).toBe(130)
    const lines = text.split('\r\n')
    expect(lines.at(-1)).toBe('')
    const rows = lines.slice(1, -1)
    expect(rows.length).toBeGreaterThanOrEqual(11)
    expect(rows.every((line) => line.split(',').length >= 7)).toBe(true)
    expect(notes).toMatch(/Interrupted: \d+ of 31 files were not checked/)
  })
})

describe('marks', () => {
  const guesses = ['0.00', '0.2', '0.4', '0.6', '0.8', '1.00'].map((text) =>
    answer('factor', text, false),
  )

  test('are not raised by repeated answers, tasks and lessons', async () => {
    const task = { id: 'jump', passed: true, tries: 1, when: 1, workflow }
    write('guess/a.json', summary('Ada', [lesson({ questions: guesses })]))
    write('guess/b.json', summary('Bob', [lesson({ tasks: [task, task, task] })]))
    write('guess/c.json', summary('Cleo', [lesson(), lesson()]))
    write('guess/d.json', summary('Dan', [lesson({ lesson: 'noise' }), lesson()]))
    const { rows, status } = await check('guess', '--trust')
    const byFile = (file: string) => rows.filter((row) => row.file === file)
    for (const file of ['a.json', 'b.json', 'c.json'])
      expect(byFile(file)).toMatchObject([
        { questions: [], tasks: [], problem: expect.stringMatching(/more than once/) },
      ])
    expect(byFile('d.json')).toMatchObject([
      { lesson: 'noise', problem: expect.stringMatching(/There is no lesson noise/) },
      { lesson: NOISE, questions: [{ id: 'factor', right: true }] },
    ])
    expect(status).toBe(1)
  })

  fullTest('of what does not exist are problems of rows, and no hand-in vanishes', async () => {
    write('odd/a.json', summary('Ada', []))
    write('odd/b.json', summary('Bob', [lesson({ lesson: 'algebra/01-sets' })], 'algebra'))
    write(
      'odd/c.json',
      summary('Cleo', [lesson({ questions: [answer('factor', '0.8'), answer('bonus', '1')] })]),
    )
    write('odd/d.json', summary('Dan', [lesson()], 'cs180'))
    write('odd/e.json', `{"format": "litegraph-diffusion lessons", "x": ${'['.repeat(50_000)}`)
    const deep = '['.repeat(50_000) + ']'.repeat(50_000)
    write('odd/f.json', `{"format": "litegraph-diffusion lessons", "version": 1, "x": ${deep}}`)
    const { rows, stderr } = await check('odd')
    expect(rows.map(({ file }) => file).sort()).toEqual('abcdef'.split('').map((n) => `${n}.json`))
    const problem = new Map(rows.map((row) => [row.file, row.problem]))
    expect(problem.get('a.json')).toMatch(/The summary has no lesson/)
    expect(problem.get('b.json')).toMatch(/There is no lesson algebra\/01-sets/)
    expect(problem.get('c.json')).toMatch(/The lesson has no “bonus”/)
    expect(problem.get('d.json')).toMatch(/does not belong to the course of the summary, cs180/)
    expect(problem.get('f.json')).toMatch(/at most 12 nested levels/)
    expect(rows.find(({ file }) => file === 'c.json')).toMatchObject({
      questions: [{ id: 'factor', right: true }],
      outOf: { questions: 2 },
    })
    expect(stderr).not.toMatch(/Unexpected error|Maximum call stack/)
    const other = await check('odd', '--lesson', 'diffusion/02-spectrum')
    expect(other.rows.find(({ file }) => file === 'c.json')?.problem).toMatch(
      /does not have the lesson diffusion\/02-spectrum/,
    )
  })

  fullTest('of names that look alike are marked, and hidden characters are shown', async () => {
    write('names/a.json', summary('Ada'))
    write('names/b.json', summary('A\u200bda'))
    write('names/c.json', summary('\u202eEve\u2066'))
    write('names/d.json', summary('\n\t =1+1'))
    const { rows } = await check('names')
    const pair = rows.filter(({ sameStudent }) => sameStudent)
    expect(pair).toHaveLength(1)
    expect(['a.json', 'b.json']).toContain(pair[0].file)
    const args = ['lessons', 'check', 'names', ...shared]
    const csv = (await cli([...args, '--csv'])).stdout
    const table = (await cli(args)).stdout
    for (const text of [csv, table]) {
      expect(text).not.toMatch(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\t]/)
      expect(text).toContain('A\\u{200b}da')
      expect(text).toContain('\\u{202e}Eve\\u{2066}')
    }
    expect(csv).toMatch(/^"?' +=1\+1/m)
  })
})
