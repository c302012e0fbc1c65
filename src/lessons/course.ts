// Courses: folders of lessons with a file course.md.
import { readBlocks } from './blocks.ts'

export interface Course {
  title: string
  /** Markdown. */
  about: string
}

/** Reads course.md: a title, and Markdown. @throws LessonError */
export function readCourse(file: string, text: string): Course {
  const { title, parts } = readBlocks(file, text)
  return {
    title,
    about: parts.flatMap((part) => (part.kind === 'text' ? [part.markdown] : [])).join('\n\n'),
  }
}

/** Names of the folders of lessons, such as `01-noise`, in their order. */
export const isLessonFolder = (name: string): boolean => /^\d{2}-[a-z\d]+(-[a-z\d]+)*$/.test(name)

/** A path `course/lesson`, or undefined if there is no such lesson, or several for a short name. */
export function findLesson(wanted: string, all: readonly string[]): string | undefined {
  if (all.includes(wanted)) return wanted
  const found = all.filter(
    (path) => path.endsWith(`/${wanted}`) || path.replace(/^.*\/\d+-/, '') === wanted,
  )
  return found.length === 1 ? found[0] : undefined
}
