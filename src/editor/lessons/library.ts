// Courses and lessons in the current language, read from the files of the editor.
import type { Graph } from '../../engine/plan/graph.ts'
import { findLesson, readCourse, type Course } from '../../lessons/course.ts'
import { readLesson, translateLesson, type Lesson } from '../../lessons/lesson.ts'
import type { LessonSource } from '../../hosts/page/lessonPage.ts'
import { parseWorkflow, toGraph } from '../../workflow/index.ts'
import { ownTypes } from '../graph/declarations.ts'
import { languages, type Language } from '../texts/texts.ts'

/** A lesson with its `course/lesson`. */
export interface ListedLesson {
  id: string
  lesson: Lesson
}

export interface ListedCourse extends Course {
  id: string
  lessons: ListedLesson[]
}

/** Chunks of their own, as they grow with each lesson. */
const files = () => import('./lessonFiles.ts')

const read = new Map<Language, Promise<ListedCourse[]>>()

/** All courses. @throws LessonError if a file is not a lesson */
export function loadCourses(language: Language): Promise<ListedCourse[]> {
  const known = read.get(language)
  if (known) return known
  const courses = readCourses(language)
  read.set(language, courses)
  // Offline on the first visit: the next call tries again.
  courses.catch(() => read.delete(language))
  return courses
}

async function readCourses(language: Language): Promise<ListedCourse[]> {
  const { courseTexts, lessonTexts } = await files()
  const ids = Object.keys(courseTexts)
    .filter((path) => path.endsWith('/course.md'))
    .map((path) => path.split('/').at(-2)!)
  const lessons = Object.keys(lessonTexts)
    .filter((path) => path.endsWith('/lesson.md'))
    .map((path) => path.split('/').slice(-3, -1).join('/'))
    .sort()
    .map((id) => ({ id, lesson: openLesson(id, lessonTexts, language) }))
  const courses = ids.map((id): ListedCourse => {
    const file = translated(`/lessons/${id}/course`, courseTexts, language)
    return {
      id,
      ...readCourse(file, courseTexts[file]),
      lessons: lessons.filter((lesson) => lesson.id.startsWith(`${id}/`)),
    }
  })
  // The course with the most lessons first.
  return courses.sort((a, b) => b.lessons.length - a.lessons.length)
}

type Texts = Readonly<Record<string, string>>

function openLesson(id: string, texts: Texts, language: Language): Lesson {
  const file = `/lessons/${id}/lesson.md`
  const lesson = readLesson(file, texts[file])
  const other = translated(`/lessons/${id}/lesson`, texts, language)
  return other === file ? lesson : translateLesson(lesson, other, texts[other])
}

/** The file in a language, or the English one. */
function translated(stem: string, texts: Texts, language: Language): string {
  const file = `${stem}.${language}.md`
  return Object.hasOwn(texts, file) ? file : `${stem}.md`
}

export const findListed = (
  courses: readonly ListedCourse[],
  wanted: string,
): ListedLesson | undefined => {
  const all = courses.flatMap(({ lessons }) => lessons)
  const id = findLesson(
    wanted,
    all.map((each) => each.id),
  )
  return all.find((each) => each.id === id)
}

/** The texts of a lesson in all languages, as in its files. */
export async function loadSource(id: string): Promise<LessonSource> {
  const { lessonTexts } = await files()
  const stem = `/lessons/${id}/lesson`
  const translated = Object.keys(languages).filter((code) =>
    Object.hasOwn(lessonTexts, `${stem}.${code}.md`),
  )
  return {
    id,
    text: lessonTexts[`${stem}.md`],
    translations: Object.fromEntries(
      translated.map((code) => [code, lessonTexts[`${stem}.${code}.md`]]),
    ),
  }
}

/** The text of a workflow beside a lesson. */
export async function loadWorkflow(lesson: string, name: string): Promise<string> {
  const { workflowTexts } = await files()
  return workflowTexts[`/lessons/${lesson}/${name}`]()
}

/** The graph of a workflow beside a lesson. */
export async function loadReference(lesson: string, name: string): Promise<Graph> {
  const { workflow } = parseWorkflow(await loadWorkflow(lesson, name), ownTypes)
  return toGraph(workflow, ownTypes)
}
