// Lessons in the editor without a page: progress, its backup, texts, and the courses.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { lessonsPart } from '../../../src/editor/backup/parts.ts'
import { findListed, loadCourses, loadReference } from '../../../src/editor/lessons/library.ts'
import {
  countDone,
  lessonProgress,
  loadProgress,
  progress,
  recordAnswer,
  recordTask,
} from '../../../src/editor/lessons/progress.ts'
import { createMemoryStore, type Store } from '../../../src/editor/storage/stores.ts'
import { enLessons } from '../../../src/editor/texts/lessonTexts.ts'
import { koLessons } from '../korean.ts'

const LESSON = 'diffusion/01-noise'
let store: Store
beforeEach(() => {
  store = createMemoryStore()
  progress.value = new Map()
})
afterEach(() => vi.useRealTimers())

describe('progress', () => {
  test('counts tries, and keeps the right answer', async () => {
    await recordAnswer(store, LESSON, { id: 'factor', answer: '1', right: false })
    await recordAnswer(store, LESSON, { id: 'factor', answer: '0.8', right: true })
    await recordAnswer(store, LESSON, { id: 'factor', answer: '3', right: false })
    expect(lessonProgress(LESSON).questions).toMatchObject([
      { id: 'factor', answer: '0.8', right: true, tries: 2 },
    ])
    expect(await store.get(LESSON)).toEqual(lessonProgress(LESSON))
  })

  test('keeps the workflow that passed, and replaces it by another one that passes', async () => {
    const record = (passed: boolean, workflow: string) =>
      recordTask(store, LESSON, { id: 'jump', passed, workflow })
    await record(false, 'a')
    await record(true, 'b')
    await record(false, 'c')
    expect(lessonProgress(LESSON).tasks).toMatchObject([{ passed: true, workflow: 'b', tries: 2 }])
    await record(true, 'd')
    expect(lessonProgress(LESSON).tasks).toMatchObject([{ passed: true, workflow: 'd', tries: 3 }])
  })

  test('is read from the store, without damaged entries', async () => {
    await recordAnswer(store, LESSON, { id: 'factor', answer: '0.8', right: true })
    await store.set('damaged', { lesson: 'damaged', questions: 'none' })
    progress.value = new Map()
    await loadProgress(store)
    expect([...progress.value.keys()]).toEqual([LESSON])
  })

  test('is counted by questions and tasks', async () => {
    const listed = findListed(await loadCourses('en'), LESSON)!
    expect(countDone(LESSON, listed.lesson)).toEqual({ done: 0, all: 4 })
    await recordAnswer(store, LESSON, { id: 'factor', answer: '0.8', right: true })
    await recordTask(store, LESSON, { id: 'jump', passed: false, workflow: '' })
    expect(countDone(LESSON, listed.lesson)).toEqual({ done: 1, all: 4 })
  })
})

describe('a backup of progress', () => {
  test('is imported where there is none, and overwrites nothing', async () => {
    await recordAnswer(store, LESSON, { id: 'factor', answer: '0.8', right: true })
    const [entry] = await lessonsPart(store).entries()
    expect(entry.path).toMatch(/^lessons\/[\w-]+\.json$/)
    const bytes = await entry.bytes()
    const other = createMemoryStore()
    expect(await lessonsPart(other).importEntry(entry.about, bytes)).toBe('added')
    expect(await other.get(LESSON)).toEqual(await store.get(LESSON))
    expect(await lessonsPart(other).importEntry(entry.about, bytes)).toBe('present')
    expect(await lessonsPart(other).items()).toMatchObject([{ id: LESSON }])
  })

  test.each([
    ['no JSON', '{', LESSON],
    ['another lesson', '{"lesson":"x","questions":[],"tasks":[]}', LESSON],
    ['wrong fields', `{"lesson":"${LESSON}","questions":[{"id":1}],"tasks":[]}`, LESSON],
  ])('with %s is refused', async (_, text, lesson) => {
    const bytes = new TextEncoder().encode(text)
    await expect(lessonsPart(store).importEntry({ lesson }, bytes)).rejects.toThrow()
    expect(await store.keys()).toEqual([])
  })
})

describe('the courses of the editor', () => {
  test('are read in both languages, with equal lessons', async () => {
    const [english, korean] = [await loadCourses('en'), await loadCourses('ko')]
    const ids = (courses: typeof english) =>
      courses.map(({ id, lessons }) => [id, lessons.map((each) => each.id)])
    expect(ids(korean)).toEqual(ids(english))
    expect(english[0]).toMatchObject({ id: 'diffusion' })
    for (const { lessons } of korean)
      for (const { lesson } of lessons) expect(lesson.title).toMatch(/[가-힣]/)
  })

  test('find lessons by unique parts of their names', async () => {
    const courses = await loadCourses('en')
    expect(findListed(courses, 'memorisation')?.id).toBe('diffusion/16-memorisation')
    expect(findListed(courses, 'guidance')).toBeUndefined()
  })

  test('load workflows beside lessons', async () => {
    const { nodes } = await loadReference(LESSON, 'jump-reference.json')
    expect(nodes.map(({ op }) => op)).toContain('diffusion/ForwardNoise')
  })
})

test('all texts of the panel are in Korean', () => {
  for (const [key, text] of Object.entries(koLessons)) {
    const said = typeof text === 'function' ? (text as (...args: unknown[]) => string)(3, 7) : text
    expect(said, key).toMatch(/[가-힣]/)
  }
  expect(Object.keys(koLessons)).toEqual(Object.keys(enLessons))
})
