// Lessons on the disk: finding their folders, and reading a lesson with the workflows beside it.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Graph } from '../../../engine/plan/graph.ts'
import { findLesson, isLessonFolder, readCourse } from '../../../lessons/course.ts'
import { LessonError } from '../../../lessons/error.ts'
import { readLesson, type Lesson } from '../../../lessons/lesson.ts'
import { cliMessages } from '../../../messages/cli.ts'
import { lessonMessages } from '../../../messages/lessons.ts'
import type { LessonSource } from '../../page/lessonPage.ts'
import { parseWorkflow, toGraph } from '../../../workflow/index.ts'
import { atPath, CommandError } from '../../node/failure.ts'
import { declarations } from '../nodeTypes.ts'

export interface LessonFolder {
  /** `course/lesson`. */
  id: string
  path: string
  lesson: Lesson
}

export interface CourseFolder {
  /** Name of the folder. */
  id: string
  path: string
  title: string
  /** Names of the folders of its lessons. */
  lessons: string[]
}

/** Relative to dist/cli.js, to dist/chunks, and to this file in the sources. */
const candidates = ['../lessons', '../../lessons', '../../../lessons', '../../../../lessons']

/** The folder of the courses that come with the program. */
export function shippedLessons(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const found = candidates
    .map((path) => join(here, path))
    .find((path) => existsSync(join(path, 'diffusion', 'course.md')))
  if (found === undefined) throw new CommandError(cliMessages.noShippedLessons())
  return found
}

export const readLessonText = (path: string): Promise<string> =>
  atPath(path, readFile(path, 'utf8'))

/** Names of the folders in a folder, sorted. */
async function foldersIn(path: string): Promise<string[]> {
  const entries = await atPath(path, readdir(path, { withFileTypes: true }))
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

/** @throws LessonError if course.md is missing or cannot be read */
export async function openCourse(path: string): Promise<CourseFolder> {
  const file = join(path, 'course.md')
  if (!existsSync(file))
    throw new LessonError(
      path,
      0,
      lessonMessages.noCourse({ folder: path }),
      lessonMessages.addCourse(),
    )
  const { title } = readCourse(file, await readLessonText(file))
  const lessons = (await foldersIn(path)).filter(isLessonFolder)
  return { id: path.replace(/[\\/]+$/, '').replace(/^.*[\\/]/, ''), path, title, lessons }
}

/** The courses in a folder. */
export async function listCourses(path: string): Promise<CourseFolder[]> {
  const names = await foldersIn(path)
  const courses = names.filter((name) => existsSync(join(path, name, 'course.md')))
  return Promise.all(courses.map((name) => openCourse(join(path, name))))
}

/** Opens lessons by `course/lesson`, or by the end of a name. Each is read once. */
export function createLessonLibrary(path: string) {
  const opened = new Map<string, Promise<LessonFolder | undefined>>()
  let known: Promise<string[]> | undefined
  const list = () =>
    (known ??= listCourses(path).then((courses) =>
      courses.flatMap(({ id, lessons }) => lessons.map((lesson) => `${id}/${lesson}`)),
    ))
  return {
    list,
    async open(wanted: string): Promise<LessonFolder | undefined> {
      const id = findLesson(wanted, await list())
      if (id === undefined) return undefined
      const lesson = opened.get(id) ?? openLesson(join(path, id), id)
      opened.set(id, lesson)
      return lesson
    },
  }
}

export type LessonLibrary = ReturnType<typeof createLessonLibrary>

/** @throws LessonError */
export async function openLesson(path: string, id: string): Promise<LessonFolder> {
  const file = join(path, 'lesson.md')
  return { id, path, lesson: readLesson(file, await readLessonText(file)) }
}

/**
 * The texts of a lesson in all languages, its title, and the path of its workflow.
 * @throws LessonError
 */
export async function openLessonSource(path: string) {
  const { lesson } = await openLesson(path, '')
  const [course, name] = resolve(path).split(sep).slice(-2)
  const translations: Record<string, string> = {}
  for (const file of await atPath(path, readdir(path))) {
    const [, language] = /^lesson\.([a-z]{2,3})\.md$/.exec(file) ?? []
    if (language !== undefined) translations[language] = await readLessonText(join(path, file))
  }
  const text = await readLessonText(join(path, 'lesson.md'))
  const source: LessonSource = { id: `${course}/${name}`, text, translations }
  const workflow = lesson.workflow === undefined ? undefined : join(path, lesson.workflow)
  return { source, title: lesson.title.replaceAll('$', ''), workflow }
}

/** The graph of a workflow beside a lesson. @throws WorkflowError, or an error of the file system */
export async function openReference(path: string, name: string): Promise<Graph> {
  const text = await readLessonText(join(path, name))
  return toGraph(parseWorkflow(text, declarations).workflow, declarations)
}
