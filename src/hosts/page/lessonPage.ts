// Lessons in one file: a template of their own with the engine of the template of pages.
import { toBase64 } from '../../engine/base/base64.ts'
import { fillPage, type PageContents } from './fillPage.ts'
import { lessonMarks, parts } from './parts.ts'

/** The texts of a lesson as in its files. Answers are as unreadable as there. */
export interface LessonSource {
  /** `course/lesson`. */
  id: string
  /** Text of lesson.md. */
  text: string
  /** Texts of its translations, by language. */
  translations: Readonly<Record<string, string>>
}

export interface LessonTemplates {
  lesson: string
  /** The template of pages, whose engine and assets are copied. */
  page: string
}

/**
 * Returns the HTML of a lesson with its workflow. Without a workflow the bundle is empty.
 * @throws Error if one of the templates is none
 */
export function fillLessonPage(
  templates: LessonTemplates,
  { lesson, ...contents }: PageContents & { lesson: LessonSource },
): string {
  const values: Record<keyof typeof lessonMarks, string> = {
    lesson: toBase64(new TextEncoder().encode(JSON.stringify(lesson))),
    engine: readElement(templates.page, parts.engine),
    assets: readElement(templates.page, parts.assets),
  }
  let template = templates.lesson
  for (const name of ['lesson', 'engine', 'assets'] as const) {
    const [before, after, ...more] = template.split(lessonMarks[name])
    if (after === undefined || more.length > 0) throw wrongTemplate(name)
    template = before + values[name] + after
  }
  return fillPage(template, contents)
}

/** Content of an element with data, which contains no `<`. */
function readElement(html: string, id: string): string {
  const start = `id="${id}">`
  const at = html.indexOf(start)
  const end = html.indexOf('<', at)
  if (at < 0 || end < 0) throw wrongTemplate(id)
  return html.slice(at + start.length, end)
}

const wrongTemplate = (name: string) =>
  new Error(`The template of lessons has no place for ${name}. Build it again.`)
