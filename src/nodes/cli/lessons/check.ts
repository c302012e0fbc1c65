// `lessons check`: runs the checks of lessons on a folder of handed-in summaries and workflows.
import { relative } from 'node:path'
import { isRight } from '../../lessons/answers.ts'
import type { Question, Task } from '../../lessons/lesson.ts'
import { runChecks, type Verdict } from '../../lessons/runChecks.ts'
import type { LessonProgress } from '../../lessons/summary.ts'
import { cliMessages } from '../../messages/cli.ts'
import type { LessonsArguments } from '../arguments.ts'
import { CommandError, describeFailure } from '../failure.ts'
import { declared } from '../nodeTypes.ts'
import { statuses, type ExitStatus } from '../status.ts'
import type { Terminal } from '../terminal.ts'
import {
  createLessonLibrary,
  openReference,
  shippedLessons,
  type LessonFolder,
  type LessonLibrary,
} from './folder.ts'
import { formatCsv, formatTable } from './report.ts'
import { createGraphRunner } from './runGraph.ts'
import {
  listSubmissions,
  readHandedIn,
  readSubmission,
  type HandedIn,
  type Submission,
} from './submission.ts'

/** One lesson of one handed-in file. */
export interface ReportRow {
  file: string
  student: string
  lesson: string
  /** `valid`, `wrong`, `missing`, or `none` for a workflow. */
  signature: string
  questions: { id: string; right: boolean; claimed: boolean; tries: number }[]
  tasks: { id: string; passed: boolean; checks: Verdict[]; problem?: string }[]
  /** Numbers that the lesson has in all. */
  outOf: { questions: number; tasks: number }
}

/** A file that could not be read, or names no lesson. */
export interface ReportProblem {
  file: string
  problem: string
}

export async function checkSubmissions(
  wanted: LessonsArguments,
  out: Terminal,
): Promise<ExitStatus> {
  const folder = wanted.operands[0]
  const library = createLessonLibrary(wanted.lessons ?? shippedLessons())
  const rows: ReportRow[] = []
  const problems: ReportProblem[] = []
  const files = await listSubmissions(folder)
  for (const path of files) {
    const file = relative(folder, path)
    out.line(cliMessages.checkingFile({ file }))
    try {
      rows.push(...(await checkFile(path, file, wanted, library)))
    } catch (error) {
      problems.push({ file, problem: describeFailure(error).text })
    }
  }
  if (files.length === 0) problems.push({ file: folder, problem: cliMessages.nothingHandedIn() })
  if (wanted.format === 'json')
    process.stdout.write(`${JSON.stringify({ rows, problems }, undefined, 2)}\n`)
  else process.stdout.write(wanted.format === 'csv' ? formatCsv(rows) : formatTable(rows))
  for (const { file, problem } of problems)
    out.line(cliMessages.fault({ text: `${file}: ${problem}` }))
  return problems.length > 0 ? statuses.failed.code : statuses.done.code
}

async function checkFile(
  path: string,
  file: string,
  { lesson: chosen, code, trust, seconds }: LessonsArguments,
  library: LessonLibrary,
): Promise<ReportRow[]> {
  const submission = await readSubmission(path, code)
  if (submission.kind === 'workflow') {
    const lesson = await openWanted(chosen, library)
    return [await checkWorkflow(file, lesson, submission, seconds)]
  }
  const rows: ReportRow[] = []
  for (const progress of submission.lessons) {
    const lesson = await openWanted(progress.lesson, library)
    if (chosen === undefined || lesson.id === (await openWanted(chosen, library)).id)
      rows.push(
        await checkProgress(file, lesson, submission, progress, trust ? undefined : seconds),
      )
  }
  return rows
}

async function openWanted(name: string | undefined, library: LessonLibrary): Promise<LessonFolder> {
  const lesson = name === undefined ? undefined : await library.open(name)
  if (lesson) return lesson
  const names = (await library.list()).join(', ')
  const message =
    name === undefined
      ? cliMessages.whichLesson({ names })
      : cliMessages.unknownLesson({ name, names })
  throw new CommandError(message)
}

const blocks = ({ lesson }: LessonFolder) => ({
  questions: lesson.parts.filter((part): part is Question => part.kind === 'question'),
  tasks: lesson.parts.filter((part): part is Task => part.kind === 'task'),
})

/** Runs all tasks of a lesson on one workflow. */
async function checkWorkflow(
  file: string,
  lesson: LessonFolder,
  handedIn: HandedIn,
  seconds: number,
): Promise<ReportRow> {
  const { questions, tasks } = blocks(lesson)
  const checked: ReportRow['tasks'] = []
  for (const task of tasks) checked.push(await checkTask(task, lesson, handedIn, seconds))
  return {
    file,
    student: file.includes('/') ? file.replace(/\/.*$/, '') : file.replace(/\.\w+$/, ''),
    lesson: lesson.id,
    signature: 'none',
    questions: [],
    tasks: checked,
    outOf: { questions: questions.length, tasks: tasks.length },
  }
}

/** Checks the answers and workflows of a summary again; without `seconds`, takes over its results. */
async function checkProgress(
  file: string,
  lesson: LessonFolder,
  { student, signature }: Submission & { kind: 'summary' },
  progress: LessonProgress,
  seconds: number | undefined,
): Promise<ReportRow> {
  const { questions, tasks } = blocks(lesson)
  const answered = progress.questions.flatMap(({ id, answer, right, tries }) => {
    const question = questions.find((each) => each.id === id)
    return question ? [{ id, right: isRight(question.answer, answer), claimed: right, tries }] : []
  })
  const checked: ReportRow['tasks'] = []
  for (const { id, passed, workflow } of progress.tasks) {
    const task = tasks.find((each) => each.id === id)
    if (!task) continue
    checked.push(
      seconds === undefined
        ? { id, passed, checks: [] }
        : await checkHandedIn(task, lesson, workflow, seconds),
    )
  }
  return {
    file,
    student,
    lesson: lesson.id,
    signature,
    questions: answered,
    tasks: checked,
    outOf: { questions: questions.length, tasks: tasks.length },
  }
}

async function checkHandedIn(
  task: Task,
  lesson: LessonFolder,
  workflow: string,
  seconds: number,
): Promise<ReportRow['tasks'][number]> {
  try {
    return await checkTask(task, lesson, readHandedIn(workflow), seconds)
  } catch (error) {
    return { id: task.id, passed: false, checks: [], problem: describeFailure(error).text }
  }
}

async function checkTask(
  task: Task,
  { id, path }: LessonFolder,
  { graph, files }: HandedIn,
  seconds: number,
): Promise<ReportRow['tasks'][number]> {
  const checks = await runChecks(task.checks, graph, {
    declared,
    reference: (name) => openReference(path, name),
    seed: `${id} ${task.id}`,
    run: createGraphRunner({ bundled: files, seconds }),
  })
  return { id: task.id, passed: checks.every(({ passed }) => passed), checks }
}
