// Checks one handed-in file: at least one row, whatever it contains.
import { isRight } from '../../../lessons/answers.ts'
import type { Question, Task } from '../../../lessons/lesson.ts'
import { runChecks } from '../../../lessons/runChecks.ts'
import type { LessonProgress } from '../../../lessons/summary.ts'
import { cliMessages } from '../../../messages/cli.ts'
import { CommandError, describeFailure } from '../../node/failure.ts'
import { declared } from '../nodeTypes.ts'
import { openReference, type LessonFolder, type LessonLibrary } from './folder.ts'
import { fileStudent, problemRow, type ReportRow } from './row.ts'
import { createGraphRunner } from './runGraph.ts'
import { readHandedIn, readSubmission, type HandedIn, type Submission } from './submission.ts'

/** A file to check. Plain data, as it is sent to another process. */
export interface HandInJob {
  path: string
  /** Relative to the folder of all files. */
  file: string
  /** The lesson of workflows, and the only one of summaries. */
  lesson?: string | undefined
  /** Code of the course. */
  code: string
  /** Results of summaries are taken over. */
  trust: boolean
  /** Time limit of a check. */
  seconds: number
}

/** Student and lessons of a file that was read, for the rows of those that are never checked. */
export interface HandInHead {
  student: string
  signature: string
  lessons: string[]
}

/** Events of a check, which another process may end at any time. */
export interface HandInEvents {
  onHead(head: HandInHead): void
  /** A check begins. */
  onCheck(): void
  onRow(row: ReportRow): void
}

interface Checking {
  job: HandInJob
  library: LessonLibrary
  events: HandInEvents
}

/** Reports a row for each lesson that was handed in, or one with a problem. Never throws. */
export async function checkHandIn(
  job: HandInJob,
  library: LessonLibrary,
  events: HandInEvents,
  read: typeof readSubmission = readSubmission,
): Promise<void> {
  const { path, file, code, lesson } = job
  const checking = { job, library, events }
  try {
    const submission = await read(path, code)
    if (submission.kind === 'summary') return await checkSummary(submission, checking)
    const wanted = await openWanted(lesson, library)
    events.onHead({ student: fileStudent(file), signature: 'none', lessons: [wanted.id] })
    events.onRow(await checkWorkflow(wanted, submission, checking))
  } catch (error) {
    events.onRow(problemRow(file, describeFailure(error).text))
  }
}

async function checkSummary(
  submission: Submission & { kind: 'summary' },
  checking: Checking,
): Promise<void> {
  const { job, library, events } = checking
  const { student, signature, lessons } = submission
  const known = { student, signature }
  const only = job.lesson === undefined ? undefined : (await openWanted(job.lesson, library)).id
  const wanted = lessons.filter(({ lesson }) => only === undefined || lesson === only)
  if (wanted.length === 0) {
    const problem =
      only === undefined ? cliMessages.noLessonsIn() : cliMessages.lessonNotIn({ name: only })
    return events.onRow(problemRow(job.file, problem, { ...known, lesson: only ?? '' }))
  }
  events.onHead({ ...known, lessons: wanted.map(({ lesson }) => lesson) })
  for (const progress of wanted)
    events.onRow(
      await checkProgress(submission, progress, checking).catch((error: unknown) =>
        problemRow(job.file, describeFailure(error).text, { ...known, lesson: progress.lesson }),
      ),
    )
}

async function openWanted(name: string | undefined, library: LessonLibrary): Promise<LessonFolder> {
  const lesson = name === undefined ? undefined : await library.open(name)
  if (lesson) return lesson
  const names = (await library.list()).join(', ')
  throw new CommandError(
    name === undefined
      ? cliMessages.whichLesson({ names })
      : cliMessages.unknownLesson({ name, names }),
  )
}

/** Opens a lesson that a summary names, by its full name only: a shorter one could repeat it. */
async function openNamedLesson(name: string, library: LessonLibrary): Promise<LessonFolder> {
  const lesson = (await library.list()).includes(name) ? await library.open(name) : undefined
  if (lesson) return lesson
  throw new CommandError(cliMessages.unknownLessonIn({ name }))
}

const blocks = ({ lesson }: LessonFolder) => ({
  questions: lesson.parts.filter((part): part is Question => part.kind === 'question'),
  tasks: lesson.parts.filter((part): part is Task => part.kind === 'task'),
})

/** Runs all tasks of a lesson on one workflow. */
async function checkWorkflow(
  lesson: LessonFolder,
  handedIn: HandedIn,
  checking: Checking,
): Promise<ReportRow> {
  const { file } = checking.job
  const { questions, tasks } = blocks(lesson)
  const checked: ReportRow['tasks'] = []
  for (const task of tasks) checked.push(await checkTask(task, lesson, handedIn, checking))
  return {
    file,
    student: fileStudent(file),
    lesson: lesson.id,
    signature: 'none',
    questions: [],
    tasks: checked,
    outOf: { questions: questions.length, tasks: tasks.length },
  }
}

/**
 * Checks the answers and workflows of a lesson of a summary again; with `trust`, takes over its
 * results. Each question and task of the lesson counts once, whatever the summary repeats.
 */
async function checkProgress(
  { student, signature, course }: Submission & { kind: 'summary' },
  progress: LessonProgress,
  checking: Checking,
): Promise<ReportRow> {
  const { file } = checking.job
  const lesson = await openNamedLesson(progress.lesson, checking.library)
  const { questions, tasks } = blocks(lesson)
  const answers = new Map(progress.questions.map((each) => [each.id, each]))
  const tried = new Map(progress.tasks.map((each) => [each.id, each]))
  const answered = questions.flatMap(({ id, answer: rule }) => {
    const { answer, right: claimed, tries } = answers.get(id) ?? {}
    if (answer === undefined || claimed === undefined || tries === undefined) return []
    return [{ id, right: isRight(rule, answer), claimed, tries }]
  })
  const checked: ReportRow['tasks'] = []
  for (const task of tasks) {
    const { passed, workflow } = tried.get(task.id) ?? {}
    if (passed === undefined || workflow === undefined) continue
    checked.push(
      checking.job.trust
        ? { id: task.id, passed, checks: [] }
        : await checkHandedIn(task, lesson, workflow, checking),
    )
  }
  const problem = [
    ...(lesson.id.startsWith(`${course}/`) ? [] : [cliMessages.otherCourse({ course })]),
    ...unknownBlocks([...answers.keys()], questions),
    ...unknownBlocks([...tried.keys()], tasks),
  ].join(' ')
  return {
    file,
    student,
    lesson: lesson.id,
    signature,
    questions: answered,
    tasks: checked,
    outOf: { questions: questions.length, tasks: tasks.length },
    ...(problem && { problem }),
  }
}

/** Ids in a summary that the lesson does not have: an edited file, or another version. */
function unknownBlocks(ids: readonly string[], known: readonly { id: string }[]): string[] {
  const unknown = ids.filter((id) => !known.some((each) => each.id === id))
  if (unknown.length === 0) return []
  const names = unknown.slice(0, 5).map((id) => `“${id}”`)
  const more = unknown.length > names.length ? [`… (${unknown.length})`] : []
  return [cliMessages.unknownBlocks({ names: [...names, ...more].join(', ') })]
}

async function checkHandedIn(
  task: Task,
  lesson: LessonFolder,
  workflow: string,
  checking: Checking,
): Promise<ReportRow['tasks'][number]> {
  try {
    return await checkTask(task, lesson, readHandedIn(workflow), checking)
  } catch (error) {
    return { id: task.id, passed: false, checks: [], problem: describeFailure(error).text }
  }
}

async function checkTask(
  task: Task,
  { id, path }: LessonFolder,
  { graph, files }: HandedIn,
  { job: { seconds }, events: { onCheck } }: Checking,
): Promise<ReportRow['tasks'][number]> {
  const run = createGraphRunner({ bundled: files, seconds })
  onCheck()
  const verdicts = await runChecks(
    task.checks,
    graph,
    {
      declared,
      reference: (name) => openReference(path, name),
      seed: `${id} ${task.id}`,
      run,
    },
    onCheck,
  )
  const checks = verdicts.map(({ passed, described, statement, hint }) => ({
    passed,
    described,
    statement,
    hint,
  }))
  return { id: task.id, passed: checks.every(({ passed }) => passed), checks }
}
