// `lessons validate`: checks the files of a course or of a lesson for their author, without a run.
import type { Message } from '../../../engine/base/catalogue.ts'
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Graph } from '../../../engine/plan/graph.ts'
import { findOutput, CheckProblem } from '../../../lessons/graphParts.ts'
import { LessonError } from '../../../lessons/error.ts'
import { readLesson, translateLesson, type Lesson, type Task } from '../../../lessons/lesson.ts'
import type { Check } from '../../../lessons/readChecks.ts'
import { cliMessages } from '../../../messages/cli.ts'
import { lessonMessages } from '../../../messages/lessons.ts'
import type { Arguments } from '../arguments.ts'
import { describeFailure } from '../../node/failure.ts'
import { declared } from '../nodeTypes.ts'
import { statuses, type ExitStatus } from '../../node/status.ts'
import type { Terminal } from '../terminal.ts'
import { isLessonFolder } from '../../../lessons/course.ts'
import { openCourse, openReference, readLessonText } from './folder.ts'

interface Found {
  lessons: number
  checks: number
  faults: string[]
  /** Missing translations and pages for teachers. */
  notices: string[]
}

export async function validateLessons(
  { operands: [path], json }: Arguments<'lessons'>,
  out: Terminal,
): Promise<ExitStatus> {
  const found: Found = { lessons: 0, checks: 0, faults: [], notices: [] }
  for (const folder of await lessonFolders(path, found)) await validateLesson(folder, found)
  if (json) process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`)
  else {
    for (const text of found.faults) out.line(cliMessages.fault({ text }))
    for (const text of found.notices) out.line(cliMessages.notice({ text }))
    out.line(
      cliMessages.validated({
        lessons: found.lessons,
        checks: found.checks,
        faults: found.faults.length,
      }),
    )
  }
  return found.faults.length > 0 ? statuses.failed.code : statuses.done.code
}

/** The folder itself if it is that of a lesson, else those of its course. */
async function lessonFolders(path: string, found: Found): Promise<string[]> {
  if (existsSync(join(path, 'lesson.md'))) return [path]
  try {
    const { lessons } = await openCourse(path)
    if (lessons.length === 0)
      throw new LessonError(
        path,
        0,
        lessonMessages.noLessons({ folder: path }),
        lessonMessages.addLesson(),
      )
    return lessons.map((name) => join(path, name))
  } catch (error) {
    found.faults.push(describeFailure(error).text)
    return []
  }
}

async function validateLesson(folder: string, found: Found): Promise<void> {
  const attempt = async <T>(action: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await action()
    } catch (error) {
      found.faults.push(describeFailure(error).text)
      return undefined
    }
  }
  found.lessons++
  const file = join(folder, 'lesson.md')
  const lesson = await attempt(async () => readLesson(file, await readLessonText(file)))
  if (!lesson) return
  const tasks = lesson.parts.filter((part): part is Task => part.kind === 'task')
  found.checks += tasks.reduce((sum, { checks }) => sum + checks.length, 0)
  await attempt(() => requireWorkflows(folder, file, lesson, tasks))
  await attempt(async () => {
    const translated = join(folder, 'lesson.ko.md')
    if (existsSync(translated))
      translateLesson(lesson, translated, await readLessonText(translated))
    else
      found.notices.push(
        joinTexts(
          lessonMessages.noTranslation({ name: translated }),
          lessonMessages.addTranslation(),
        ),
      )
  })
  const name = basename(folder)
  const pages = isLessonFolder(name)
    ? [`${name}.md`, `${name}.ko.md`].map((page) => join(dirname(folder), 'teacher', page))
    : []
  for (const page of pages)
    if (!existsSync(page))
      found.notices.push(
        joinTexts(lessonMessages.noTeacher({ name: page }), lessonMessages.addTeacher()),
      )
}

const joinTexts = (...sentences: readonly Message[]) => sentences.map(({ text }) => text).join(' ')

/** Reads the workflows that a lesson names, and looks up what its checks name in the references. */
async function requireWorkflows(
  folder: string,
  file: string,
  { workflow }: Lesson,
  tasks: readonly Task[],
) {
  const open = async (name: string, line: number): Promise<Graph> => {
    if (existsSync(join(folder, name))) return openReference(folder, name)
    throw new LessonError(
      file,
      line,
      lessonMessages.noWorkflow({ name }),
      lessonMessages.addWorkflow(),
    )
  }
  const start = workflow === undefined ? undefined : await open(workflow, 0)
  for (const check of tasks.flatMap(({ checks }) => checks)) {
    const { requires } = check
    if (requires.kind === 'formula') {
      const reference = await open(requires.file, check.line)
      const outputs = [requires.reference, ...check.replace.map(([, theirs]) => theirs)]
      requireOutputs(file, check, reference, outputs)
    }
    // A task may ask for new nodes, but what a formula replaces is there from the start.
    if (start && check.replace.length > 0)
      requireOutputs(
        file,
        check,
        start,
        check.replace.map(([mine]) => mine),
      )
  }
}

function requireOutputs(
  file: string,
  { statement, line }: Check,
  graph: Graph,
  outputs: readonly Parameters<typeof findOutput>[1][],
) {
  for (const output of outputs)
    try {
      findOutput(graph, output, declared)
    } catch (error) {
      if (!(error instanceof CheckProblem)) throw error
      throw new LessonError(
        file,
        line,
        `${statement}: ${error.message}`,
        lessonMessages.fixStatement(),
      )
    }
}
