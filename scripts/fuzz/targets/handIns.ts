// Hand-ins: no repeat and no guess raises a mark, no hand-in is without a row, and nothing hidden is
// printed.
import { strFromU8, strToU8 } from 'fflate'
import { createLessonLibrary } from '../../../src/hosts/cli/lessons/folder.ts'
import { checkHandIn } from '../../../src/hosts/cli/lessons/handIn.ts'
import { createReport } from '../../../src/hosts/cli/lessons/report.ts'
import type { ReportRow } from '../../../src/hosts/cli/lessons/row.ts'
import { readSummaryText } from '../../../src/hosts/cli/lessons/submission.ts'
import { CommandError } from '../../../src/hosts/node/failure.ts'
import { signSummary, type Summary } from '../../../src/lessons/summary.ts'
import type { Rng } from '../random.ts'
import type { SingleTarget, Timed } from '../target.ts'
import { mutateText } from '../textMutations.ts'
import { checkMessage, Violation } from '../violation.ts'

const CODE = 'spring'
const NOISE = 'diffusion/01-noise'

/** Characters that reorder or hide a text, which tables must not contain. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

const words = [
  '"',
  ':',
  ',',
  '{',
  '}',
  '[',
  ']',
  'null',
  '1e400',
  '-1',
  '"__proto__": {}',
  '\\u202e',
]
const names = [
  'Ada',
  'A\u200bda',
  '\u202eEve',
  '=1+1',
  '\n =HYPERLINK(1)',
  '',
  '\u0000',
  '@x',
  '\ud800',
]
const answers = [
  '0.8',
  '0.6',
  '0,8',
  '4/5',
  'x',
  '',
  '1',
  '2',
  '3',
  '80 %',
  '1e308',
  '-'.repeat(900),
]
const ids = ['factor', 'jump', 'balance', 'bonus', '__proto__', 'constructor', '\u200bfactor', '']
const lessons = [NOISE, 'diffusion/02-spectrum', 'noise', '01-noise', 'algebra/01-sets', '../x', '']

export function createHandInsTarget(): SingleTarget {
  const library = createLessonLibrary('lessons')
  return {
    share: 1,
    generate: (rng: Rng) => strToU8(createText(rng)),
    check: (bytes, timed) => checkText(strFromU8(bytes), library, timed),
  }
}

/** A list in which entries may occur again. */
function repeated<T>(rng: Rng, create: () => T): T[] {
  const entries = Array.from({ length: rng.below(4) }, create)
  while (entries.length > 0 && rng.chance(0.4)) entries.push(rng.pick(entries))
  return entries
}

function createSummary(rng: Rng): Summary {
  const usual = <T>(first: T, others: readonly T[]) => (rng.chance(0.7) ? first : rng.pick(others))
  const entry = () => ({ id: rng.pick(ids), tries: rng.below(5), when: 1 })
  return {
    course: usual('diffusion', ['cs180', 'algebra', '__proto__']),
    student: rng.pick(names),
    exported: 1,
    lessons: repeated(rng, () => ({
      lesson: usual(NOISE, lessons),
      questions: repeated(rng, () => ({
        ...entry(),
        id: usual('factor', ids),
        answer: rng.pick(answers),
        right: rng.chance(0.5),
      })),
      tasks: repeated(rng, () => ({
        ...entry(),
        passed: rng.chance(0.7),
        workflow: rng.pick(['{}', '{"nodes":[]}', '[[[[', '']),
      })),
    })),
  }
}

function createText(rng: Rng): string {
  const text = signSummary(createSummary(rng), CODE)
  if (rng.chance(0.1)) {
    const depth = 10 ** (1 + rng.below(5))
    const nested = '['.repeat(depth) + ']'.repeat(depth)
    return text.replace('"version": 1,', () => `"version": 1, "more": ${nested},`)
  }
  return rng.chance(0.3) ? mutateText(text, { words, most: 300_000 }, rng) : text
}

async function checkText(
  text: string,
  library: ReturnType<typeof createLessonLibrary>,
  timed: Timed,
) {
  const rows: ReportRow[] = []
  const job = { path: 'a.json', file: 'a.json', code: CODE, trust: true, seconds: 1 }
  const events = { onHead() {}, onCheck() {}, onRow: (row: ReportRow) => void rows.push(row) }
  await timed('checkHandIn', () =>
    checkHandIn(job, library, events, async (path, code) => {
      const summary = readSummaryText(path, text, code)
      if (!summary) throw new CommandError('This is no summary.')
      return summary
    }),
  )
  checkRows(rows, text)
  checkOutput(rows)
  return rows.some(({ problem }) => problem === undefined) ? 'accepted' : 'refused'
}

function checkRows(rows: readonly ReportRow[], text: string) {
  if (rows.length === 0) throw new Violation('rows', 'A hand-in has no row')
  const marked = rows.filter(({ outOf }) => outOf.questions + outOf.tasks > 0)
  if (new Set(marked.map(({ lesson }) => lesson)).size !== marked.length)
    throw new Violation('marks', 'A lesson has several rows with marks')
  for (const { questions, tasks, outOf, problem = '' } of rows) {
    checkMessage(problem, text)
    if (/Unexpected error|call stack/.test(problem)) throw new Violation('errors', problem)
    const right = questions.filter((each) => each.right).length
    if (right > outOf.questions || tasks.filter(({ passed }) => passed).length > outOf.tasks)
      throw new Violation('marks', `${right} of ${outOf.questions} questions are right`)
    for (const list of [questions, tasks])
      if (new Set(list.map(({ id }) => id)).size !== list.length)
        throw new Violation('marks', 'A question or task counts more than once')
  }
  checkGuesses(rows, text)
}

/** A file with several answers to one question has no marks: the last one could be the right one. */
function checkGuesses(rows: readonly ReportRow[], text: string) {
  const summary = parse(text)
  if (!Array.isArray(summary?.lessons)) return
  // Mutants have other values in place of lessons, questions and tasks.
  const guesses = summary.lessons.some((lesson: Partial<Summary['lessons'][number]> | null) =>
    [lesson?.questions, lesson?.tasks].some(
      (list: unknown) => Array.isArray(list) && repeatsId(list),
    ),
  )
  if (guesses && rows.some(({ questions, tasks }) => questions.length + tasks.length > 0))
    throw new Violation('marks', 'A hand-in with repeated answers has marks')
}

function repeatsId(entries: readonly ({ id?: unknown } | null)[]): boolean {
  return new Set(entries.map((entry) => entry?.id)).size < entries.length
}

function parse(text: string): Partial<Summary> | undefined {
  try {
    return JSON.parse(text) as Partial<Summary>
  } catch {
    return undefined
  }
}

function checkOutput(rows: readonly ReportRow[]) {
  for (const format of ['table', 'csv'] as const) {
    let output = ''
    const report = createReport(format, [NOISE], (added) => (output += added))
    for (const row of rows) report.row(row)
    const lines = output.split(format === 'csv' ? '\r\n' : '\n').slice(0, -1)
    const hidden = lines.find((line) => HIDDEN.test(line))
    if (hidden !== undefined || lines.length !== rows.length + 1)
      throw new Violation(
        'printable',
        `The ${format} has hidden characters: ${escape(hidden ?? '')}`,
      )
    const formula = format === 'csv' && lines.find((line) => /^"?\s*[=+\-@]/.test(line))
    if (formula) throw new Violation('formula', `The table has a formula: ${formula}`)
  }
}
