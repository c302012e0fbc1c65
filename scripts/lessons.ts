// Runs every lesson with right and wrong answers: `npm run lessons`.
//   --json      prints {"lessons":..,"checks":..,"failed":..}
//   --only a,b  runs these lessons: course/lesson
//   --fast      runs the checks that need no training
import { parseArgs } from 'node:util'
import { getErrorMessage } from '../src/engine/messages/fault.ts'
import type { Graph } from '../src/engine/plan/graph.ts'
import {
  createLessonLibrary,
  openReference,
  type LessonFolder,
} from '../src/hosts/cli/lessons/folder.ts'
import { createGraphRunner } from '../src/hosts/cli/lessons/runGraph.ts'
import { declared } from '../src/hosts/cli/nodeTypes.ts'
import { isRight } from '../src/lessons/answers.ts'
import type { Question, Task } from '../src/lessons/lesson.ts'
import { runChecks, type Verdict } from '../src/lessons/runChecks.ts'
import { applyEdits, type Edits, type Solution } from '../test/lessons/edits.ts'
import { solutions } from '../test/lessons/solutions.ts'

const FOLDER = 'lessons'

export interface LessonResult {
  lesson: string
  /** Questions, and checks of tasks. */
  checks: number
  /** What went wrong, in words. */
  failures: string[]
  seconds: number
}

/** `course/lesson` of all lessons. */
export const allLessons = (): Promise<string[]> => createLessonLibrary(FOLDER).list()

/** Runs one lesson with right and wrong answers. `fast` leaves out checks with trainings. */
export async function testLesson(id: string, { fast = false } = {}): Promise<LessonResult> {
  const began = performance.now()
  const failures: string[] = []
  const folder = await createLessonLibrary(FOLDER).open(id)
  const solution = solutions[id]
  let checks = 0
  if (!folder || !solution) failures.push(`${id} has no ${folder ? 'solution' : 'folder'}`)
  else {
    for (const part of folder.lesson.parts) {
      if (part.kind === 'question') {
        checks++
        failures.push(...testQuestion(part, solution))
      }
      if (part.kind === 'task') {
        const tested = await testTask(part, folder, solution, fast).catch((error: unknown) => ({
          checks: 1,
          failures: [`${part.id}: ${getErrorMessage(error)}`],
        }))
        checks += tested.checks
        failures.push(...tested.failures)
      }
    }
    failures.push(...findUnused(folder, solution))
  }
  return { lesson: id, checks, failures, seconds: (performance.now() - began) / 1000 }
}

function testQuestion({ id, answer, hints }: Question, { answers }: Solution): string[] {
  const given = answers[id]
  if (!given) return [`${id} has no answers`]
  return [
    ...(isRight(answer, given.right) ? [] : [`${id}: the right answer ${given.right} is refused`]),
    ...(isRight(answer, given.wrong) ? [`${id}: the wrong answer ${given.wrong} is accepted`] : []),
    ...(hints.length > 0 ? [] : [`${id} has no hint`]),
  ]
}

/** Types of nodes whose checks take long. */
const isTraining = ({ nodes }: Graph) => nodes.some(({ op }) => op === 'diffusion/TrainingStart')

async function testTask(
  task: Task,
  { id, path, lesson }: LessonFolder,
  { tasks }: Solution,
  fast: boolean,
): Promise<{ checks: number; failures: string[] }> {
  const solution = tasks[task.id]
  if (!solution) return { checks: task.checks.length, failures: [`${task.id} has no solution`] }
  const start = await openReference(path, lesson.workflow!)
  const run = createGraphRunner()
  const skipped = new Set<string>()
  const verify = (edits: Edits): Promise<Verdict[]> =>
    runChecks(
      task.checks.filter(({ statement }) => !skipped.has(statement)),
      applyEdits(start, edits),
      {
        declared,
        reference: (name) => openReference(path, name),
        seed: `${id} ${task.id}`,
        run: (graph) => run(graph),
      },
    )
  if (fast) for (const each of await findTrainings(task, start, id, path)) skipped.add(each)
  const failures: string[] = []
  for (const { passed, statement, described } of await verify(solution.right))
    if (!passed) failures.push(`${task.id}: the solution fails “${statement}”: ${described}`)
  // Each check must fail at least once, and then show its hint. No wrong workflow passes them all.
  let open = task.checks.filter(({ statement }) => !skipped.has(statement))
  for (const [i, edits] of [{}, ...(solution.wrong ?? [])].entries()) {
    const verdicts = await verify(edits)
    const failed = verdicts.filter(({ passed }) => !passed)
    if (failed.length === 0 && verdicts.length > 0 && skipped.size === 0)
      failures.push(
        i === 0
          ? `${task.id}: the workflow of the lesson solves the task already`
          : `${task.id}: wrong workflow ${i} passes all checks`,
      )
    for (const { statement, hint } of failed)
      if (!hint) failures.push(`${task.id}: “${statement}” fails without a hint`)
    open = open.filter(({ statement }) => !failed.some((each) => each.statement === statement))
  }
  for (const { statement } of open)
    failures.push(`${task.id}: no wrong workflow fails “${statement}”`)
  return { checks: task.checks.length - skipped.size, failures }
}

/** Statements of the checks that run a training. */
async function findTrainings(
  task: Task,
  graph: Graph,
  id: string,
  path: string,
): Promise<string[]> {
  const found: string[] = []
  for (const check of task.checks)
    await runChecks([check], graph, {
      declared,
      reference: (name) => openReference(path, name),
      seed: id,
      run: async (part) => {
        if (isTraining(part)) found.push(check.statement)
        return { views: new Map(), faults: [] }
      },
    })
  return found
}

/** Solutions without a question or task. */
function findUnused({ lesson }: LessonFolder, { answers, tasks }: Solution): string[] {
  const ids = lesson.parts.flatMap((part) => (part.kind === 'text' ? [] : [part.id]))
  return [...Object.keys(answers), ...Object.keys(tasks)]
    .filter((id) => !ids.includes(id))
    .map((id) => `the solution names ${id}, which the lesson lacks`)
}

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      fast: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  })
  const all = await allLessons()
  const chosen = values.only === undefined ? all : values.only.split(',')
  const results: LessonResult[] = []
  for (const id of chosen) {
    const result = await testLesson(id, { fast: values.fast })
    results.push(result)
    if (!values.json) console.log(describe(result))
    else for (const failure of result.failures) console.error(`${id}: ${failure}`)
  }
  const failed = results.reduce((sum, { failures }) => sum + failures.length, 0)
  const checks = results.reduce((sum, each) => sum + each.checks, 0)
  const summary = { lessons: results.length, checks, failed }
  console.log(
    values.json
      ? JSON.stringify(summary)
      : `${checks} checks of ${results.length} lessons, ${failed} failed`,
  )
  if (failed > 0) process.exitCode = 1
}

const describe = ({ lesson, checks, failures, seconds }: LessonResult): string =>
  [
    `${failures.length === 0 ? 'ok  ' : 'FAIL'} ${lesson}: ${checks} checks, ${seconds.toFixed(1)} s`,
    ...failures.map((failure) => `       ${failure}`),
  ].join('\n')
