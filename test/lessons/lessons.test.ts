// The shipped lessons: their files, and the checks that need no training.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { allLessons, testLesson } from '../../scripts/lessons.ts'
import * as files from '../../src/editor/lessons/lessonFiles.ts'
import { validateLessons } from '../../src/hosts/cli/lessons/validate.ts'
import { declarations } from '../../src/hosts/cli/nodeTypes.ts'
import { isLessonFolder } from '../../src/lessons/course.ts'
import { parseWorkflow, stringifyWorkflow } from '../../src/workflow/index.ts'
import { solutions } from './solutions.ts'

const courses = readdirSync('lessons')
const lessons = await allLessons()

test('there are courses from noise to few steps, and all parts of CS180 project 5', () => {
  expect(courses.sort()).toEqual(['cs180', 'diffusion'])
  expect(lessons.filter((id) => id.startsWith('diffusion/')).length).toBeGreaterThanOrEqual(12)
  expect(lessons.filter((id) => id.startsWith('cs180/'))).toHaveLength(11)
})

test('every lesson has a solution, and every solution a lesson', () => {
  expect(Object.keys(solutions).sort()).toEqual([...lessons].sort())
})

describe.each(courses)('the course %s', (course) => {
  test('has valid lessons, each in Korean and with pages for teachers', async () => {
    const printed: string[] = []
    const terminal = {
      line: (text: string) => void printed.push(text),
      progress() {},
      compiling() {},
      end() {},
    }
    const status = await validateLessons(
      {
        command: 'lessons',
        action: 'validate',
        operands: [`lessons/${course}`],
        lesson: undefined,
        lessons: undefined,
        code: '',
        trust: false,
        seconds: 600,
        memory: 2048,
        json: false,
        csv: false,
        within: 0.01,
      },
      terminal,
    )
    expect(printed.filter((line) => !line.endsWith('faults: 0'))).toEqual([])
    expect(status).toBe(0)
  })

  test('has saved workflows that are read without notices', () => {
    for (const folder of readdirSync(`lessons/${course}`).filter(isLessonFolder))
      for (const name of readdirSync(`lessons/${course}/${folder}`)) {
        if (!name.endsWith('.json')) continue
        const text = readFileSync(`lessons/${course}/${folder}/${name}`, 'utf8')
        const { workflow, notices } = parseWorkflow(text, declarations)
        expect(notices, name).toEqual([])
        expect(stringifyWorkflow(workflow), name).toBe(text)
      }
  })
})

test('the editor contains the lessons, but no page for teachers', () => {
  const paths = Object.values(files).flatMap((each) => Object.keys(each))
  expect(paths.filter((path) => path.endsWith('/lesson.md'))).toHaveLength(lessons.length)
  expect(paths.filter((path) => path.endsWith('/lesson.ko.md'))).toHaveLength(lessons.length)
  expect(paths.filter((path) => path.includes('teacher'))).toEqual([])
})

test('no lesson contains the answers or solutions of its tests', () => {
  for (const [id, { tasks }] of Object.entries(solutions)) {
    const folder = `lessons/${id}`
    const text = readdirSync(folder)
      .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
      .join('\n')
    for (const { right } of Object.values(tasks))
      for (const [place, value] of Object.entries(right.set ?? {}))
        if (place.endsWith('.expression') && String(value).length > 12)
          expect(text, `${id}: ${place}`).not.toContain(String(value))
  }
})

describe('without trainings, right answers pass and wrong ones get the hint', () => {
  // Those with large data or classifiers run in the full suite.
  const fast = lessons.filter((id) => /^diffusion\/(0[1-8]|1[1367])-/.test(id))
  test.each(fast)('%s', async (id) => {
    const { failures, checks } = await testLesson(id, { fast: true })
    expect(failures).toEqual([])
    expect(checks).toBeGreaterThan(0)
  })
})
