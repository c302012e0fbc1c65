// The command `lessons` as a process: list, validate, check, answer, and what it refuses.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { isRight } from '../../../src/lessons/answers.ts'
import { readLesson, type Question } from '../../../src/lessons/lesson.ts'
import { signSummary } from '../../../src/lessons/summary.ts'
import { readBundle, readLessonSource } from '../../../src/hosts/page/readPage.ts'
import { unpackBundle } from '../../../src/workflow/bundle.ts'
import { solutions } from '../../lessons/solutions.ts'
import { useCli } from './builtCli.ts'

const { folder, cli } = useCli()
const lessons = ['--lessons', 'lessons']
const NOISE = 'diffusion/01-noise'

const workflow = readFileSync(`lessons/${NOISE}/noise.json`, 'utf8')
const right = String(solutions[NOISE].tasks.jump.right.set!['My jump.expression'])
const solved = workflow.replace('"expression": "a"', `"expression": ${JSON.stringify(right)}`)

const summary = (student: string, claims: { answer: string; workflow: string }, code = 'spring') =>
  signSummary(
    {
      course: 'diffusion',
      student,
      exported: 1,
      lessons: [
        {
          lesson: NOISE,
          questions: [{ id: 'factor', answer: claims.answer, right: true, tries: 1, when: 1 }],
          tasks: [{ id: 'jump', passed: true, tries: 1, when: 1, workflow: claims.workflow }],
        },
      ],
    },
    code,
  )

beforeAll(() => {
  expect(solved).not.toBe(workflow)
  cpSync('lessons', join(folder, 'lessons'), { recursive: true })
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write('in/ada.json', summary('Ada', { answer: '0.8', workflow: solved }))
  write('in/bob.json', summary('=Bob', { answer: '0.6', workflow }, 'autumn'))
  write('in/notes.txt', 'not handed in')
  write('plain/Carol/01.json', solved)
  write('broken/a.json', '{"nodes": [')
  write('broken/b.json', '{"format": "litegraph-diffusion lessons", "version": 1, "course": 3}')
  write('broken/c.png', 'no picture')
  write('broken/d.json', summary('Dan', { answer: '0.8', workflow: '{"nodes": "none"}' }))
  write('bad/course.md', '# Bad\n')
  write('bad/01-bad/lesson.md', '# Bad\n\n```lesson\nminutes: 5\nworkflow: gone.json\n```\n')
  write('bad/02-worse/lesson.md', '# Worse\n\n```lesson\nminutes: many\n```\n')
  mkdirSync(join(folder, 'empty'))
})

test('page writes a lesson with its workflow to one file', async () => {
  const { status, stderr } = await cli(['page', `lessons/${NOISE}`, '--out', 'noise.html'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const html = readFileSync(join(folder, 'noise.html'), 'utf8')
  expect(html.length).toBeLessThan(4e6)
  const element = (id: string) => new RegExp(`id="${id}">([^<]*)<`).exec(html)?.[1] ?? ''
  expect(readLessonSource(element)).toEqual({
    id: NOISE,
    text: readFileSync(`lessons/${NOISE}/lesson.md`, 'utf8'),
    translations: { ko: readFileSync(`lessons/${NOISE}/lesson.ko.md`, 'utf8') },
  })
  expect(unpackBundle(readBundle(element)).workflow).toContain('My jump')
})

test('list names all lessons with their minutes', async () => {
  const { status, stdout } = await cli(['lessons', 'list', ...lessons])
  expect(status).toBe(0)
  expect(stdout.trim().split('\n')).toHaveLength(
    ['diffusion', 'cs180'].flatMap((each) =>
      readdirSync(`lessons/${each}`).filter((name) => /^\d/.test(name)),
    ).length,
  )
  expect(stdout).toMatch(/^diffusion\/01-noise +15 min {2}Noise/m)
})

test('check runs handed-in workflows again, and compares answers and signatures', async () => {
  const { status, stdout } = await cli([
    'lessons',
    'check',
    'in',
    '--code',
    'spring',
    '--json',
    ...lessons,
  ])
  expect(status).toBe(0)
  const { rows, problems } = JSON.parse(stdout) as { rows: { file: string }[]; problems: object[] }
  expect(problems).toEqual([])
  // Rows are written as soon as a check ends, in any order.
  expect(rows.toSorted((a, b) => a.file.localeCompare(b.file))).toMatchObject([
    {
      student: 'Ada',
      lesson: NOISE,
      signature: 'valid',
      questions: [{ id: 'factor', right: true }],
      tasks: [{ id: 'jump', passed: true }],
      outOf: { questions: 2, tasks: 2 },
    },
    {
      student: '=Bob',
      signature: 'wrong',
      questions: [{ id: 'factor', right: false, claimed: true }],
      tasks: [{ id: 'jump', passed: false }],
    },
  ])
})

test('check prints a table, and CSV without formulas', async () => {
  const table = await cli(['lessons', 'check', 'in', '--code', 'spring', '--trust', ...lessons])
  expect(table.stdout).toMatch(/^student +lesson +questions +tasks +signature/)
  expect(table.stdout).toMatch(/^Ada +diffusion\/01-noise +1\/2 +1\/2 +valid/m)
  const csv = await cli(['lessons', 'check', 'in', '--trust', '--csv', ...lessons])
  expect(csv.stdout.split('\r\n')[0]).toBe('student,lesson,questions,tasks,signature,notes,file')
  expect(csv.stdout).toMatch(/^'=Bob,/m)
})

test('check takes plain workflows of one lesson, in a folder per student', async () => {
  const { stdout } = await cli([
    'lessons',
    'check',
    'plain',
    '--lesson',
    NOISE,
    '--json',
    ...lessons,
  ])
  expect(JSON.parse(stdout).rows).toMatchObject([
    {
      student: 'Carol',
      signature: 'none',
      tasks: [
        { id: 'jump', passed: true },
        { id: 'balance', passed: false },
      ],
    },
  ])
  const without = await cli(['lessons', 'check', 'plain', ...lessons])
  expect(without.status).toBe(1)
  expect(without.stderr).toMatch(/Name its lesson with --lesson/)
})

test('check reports unreadable files, one sentence each, and checks the others', async () => {
  const { status, stdout, stderr } = await cli(['lessons', 'check', 'broken', ...lessons])
  expect(status).toBe(1)
  expect(stderr).toMatch(/a\.json: The file is not JSON/)
  expect(stderr).toMatch(/b\.json: .*wrong value at course/)
  expect(stderr).toMatch(/c\.png: /)
  expect(stderr).not.toMatch(/ {4}at |Unexpected error/)
  expect(stdout).toMatch(/^Dan .*1\/2 +0\/2/m)
  const empty = await cli(['lessons', 'check', 'empty', ...lessons])
  expect([empty.status, empty.stderr]).toEqual([1, expect.stringMatching(/There is no .json/)])
})

test('validate accepts the courses, and names file, line and cure of faults', async () => {
  for (const course of ['diffusion', 'cs180']) {
    const { status, stderr } = await cli(['lessons', 'validate', `lessons/${course}`])
    expect([status, stderr]).toEqual([0, expect.stringMatching(/faults: 0\n$/)])
  }
  const { status, stderr } = await cli(['lessons', 'validate', 'bad'])
  expect(status).toBe(1)
  expect(stderr).toMatch(/There is no file gone\.json beside the lesson\. Save the workflow/)
  expect(stderr).toMatch(/02-worse[/\\]lesson\.md:4: Expected a whole number of minutes/)
  expect(stderr).toMatch(/2 lessons with 0 checks, faults: 2/)
})

test('answer prints a line that the reader accepts', async () => {
  const { stdout } = await cli(['lessons', 'answer', 'number', '0.25', '--within', '0.05'])
  expect(stdout).toMatch(/^answer: number within 0\.05 [\da-f]{16}:[\da-f]{32}\n$/)
  expect(stdout).not.toContain('0.25')
  const { parts } = readLesson(
    'lesson.md',
    `# A\n\n\`\`\`lesson\nminutes: 1\n\`\`\`\n\n\`\`\`question q\nask: x\n${stdout}\`\`\`\n`,
  )
  const { answer } = parts[0] as Question
  expect([isRight(answer, '1/4'), isRight(answer, '0.5')]).toEqual([true, false])
})

test.each([
  [['lessons'], /Expected one of list, check, validate, answer/],
  [['lessons', 'grade', 'x'], /Expected one of list/],
  [['lessons', 'check'], /Expected 1 operands/],
  [['lessons', 'answer', 'colour', 'red'], /Expected one of number, choice, text/],
  [['lessons', 'answer', 'number', 'red'], /Expected an answer of the kind number/],
  [['lessons', 'answer', 'number', '1', '--within', '0'], /above 0 for --within/],
  [['lessons', 'list', '--out', 'x'], /has no option --out/],
])('%s is wrong usage', async (args, message) => {
  const { status, stderr } = await cli(args)
  expect(status).toBe(2)
  expect(stderr).toMatch(message)
})

test('a folder that is missing is told', async () => {
  for (const action of ['check', 'validate']) {
    const { status, stderr } = await cli(['lessons', action, 'gone', ...lessons])
    expect(status).toBe(1)
    expect(stderr).not.toMatch(/Unexpected error/)
  }
})
