// Signed summaries: what a signature shows, and untrusted files.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LessonError } from '../../src/lessons/error.ts'
import {
  isLessonProgress,
  isSummary,
  readSummary,
  signSummary,
  type Summary,
} from '../../src/lessons/summary.ts'

const summary: Summary = {
  course: 'diffusion',
  student: 'Ada Lovelace',
  exported: 1_760_000_000_000,
  lessons: [
    {
      lesson: 'diffusion/01-noise',
      questions: [{ id: 'factor', answer: '0.8', right: true, tries: 2, when: 1 }],
      tasks: [{ id: 'jump', passed: true, tries: 1, when: 2, workflow: '{"nodes":[]}' }],
    },
  ],
}

const {
  questions: [question],
  tasks: [task],
} = summary.lessons[0]

const read = (text: string, code: string) => readSummary('a.json', JSON.parse(text), code)

describe('a signature', () => {
  const text = signSummary(summary, 'spring')

  test('is valid with the code of the course, and wrong with another', () => {
    expect(read(text, 'spring')).toEqual({ summary, signature: 'valid' })
    expect(read(text, ' spring ').signature).toBe('valid')
    expect(read(text, '').signature).toBe('wrong')
    expect(read(text, 'autumn').signature).toBe('wrong')
    expect(read(signSummary(summary, ''), '').signature).toBe('valid')
  })

  test('does not depend on spaces and the order of keys', () => {
    const { signature, student, ...rest } = JSON.parse(text)
    expect(read(JSON.stringify({ signature, ...rest, student }), 'spring').signature).toBe('valid')
  })

  test.each([
    ['the name', text.replace('Ada', 'Bob')],
    ['a result', text.replace('"right": true', '"right": false')],
    ['an answer', text.replace('"0.8"', '"0.9"')],
    ['a number of tries', text.replace('"tries": 2', '"tries": 1')],
    ['a workflow', text.replace('{\\"nodes\\":[]}', '{}')],
    ['an additional field', text.replace('"course"', '"bonus": 1,\n "course"')],
    ['the signature', text.replace(/"signature": "./, '"signature": "x')],
  ])('shows a change of %s', (_, changed) => {
    expect(changed).not.toBe(text)
    expect(read(changed, 'spring').signature).toBe('wrong')
  })

  test('can be missing', () => {
    const { signature: _, ...rest } = JSON.parse(text)
    expect(read(JSON.stringify(rest), 'spring').signature).toBe('missing')
  })
})

describe('a file that is none', () => {
  test.each([
    ['another object', { nodes: [] }, /Expected a summary/],
    ['another version', { format: 'litegraph-diffusion lessons', version: 9 }, /newer version/],
    [
      'a wrong value',
      { ...JSON.parse(signSummary(summary, '')), lessons: [{ lesson: 3 }] },
      /wrong value at lessons\[0\]\.lesson/,
    ],
    [
      'a list that is an object',
      { ...JSON.parse(signSummary(summary, '')), lessons: {} },
      /wrong value at lessons/,
    ],
  ])('is refused: %s', (_, data, message) => {
    expect(() => readSummary('a.json', data, '')).toThrow(message)
    expect(() => readSummary('a.json', data, '')).toThrow(LessonError)
  })

  test.each([
    ['a question', { questions: [question, { ...question, answer: '0.9', right: false }] }],
    ['a task', { tasks: [task, task] }],
  ])('is refused if %s occurs twice', (_, more) => {
    const twice = { ...summary, lessons: [{ ...summary.lessons[0], ...more }] }
    expect(() => read(signSummary(twice, 'spring'), 'spring')).toThrow(/more than once/)
    expect(() => read(signSummary(twice, 'spring'), 'spring')).toThrow(LessonError)
    expect(isLessonProgress(twice.lessons[0])).toBe(false)
  })

  test('is refused if a lesson occurs twice', () => {
    const twice = { ...summary, lessons: [summary.lessons[0], summary.lessons[0]] }
    expect(() => read(signSummary(twice, ''), '')).toThrow(/“diffusion\/01-noise” more than once/)
  })

  test('is refused if it is nested deeply or has very many values', () => {
    const head = '{"format": "litegraph-diffusion lessons", "version": 1, "more": '
    const depth = 50_000
    expect(() => read(`${head}${'['.repeat(depth)}${']'.repeat(depth)}}`, '')).toThrow(/12 nested/)
    expect(() => read(`${head}[${'0,'.repeat(500_000)}0]}`, '')).toThrow(/500000 values/)
  })

  test('never causes another error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (lessons, student) => {
        const data = { ...JSON.parse(signSummary(summary, '')), lessons, student }
        try {
          readSummary('a.json', data, '')
        } catch (error) {
          expect(error).toBeInstanceOf(LessonError)
        }
        isSummary(lessons)
        isLessonProgress(lessons)
      }),
      { numRuns: 40 },
    )
  })
})

test('progress is recognised by its fields', () => {
  expect(isLessonProgress(summary.lessons[0])).toBe(true)
  expect(isLessonProgress({ ...summary.lessons[0], questions: [{ id: 'a', answer: {} }] })).toBe(
    false,
  )
  expect(isLessonProgress(null)).toBe(false)
})
