// The table of `lessons check`, for a terminal and as CSV.
import { cliMessages } from '../../messages/cli.ts'
import type { ReportRow } from './check.ts'

const columns = ['student', 'lesson', 'questions', 'tasks', 'signature', 'notes', 'file'] as const

const cells = (row: ReportRow): string[] => {
  const { student, lesson, questions, tasks, outOf, signature, file } = row
  const right = questions.filter((each) => each.right).length
  const passed = tasks.filter((each) => each.passed).length
  return [
    student,
    lesson,
    outOf.questions > 0 ? `${right}/${outOf.questions}` : '-',
    outOf.tasks > 0 ? `${passed}/${outOf.tasks}` : '-',
    signature,
    notes(row).join('; '),
    file,
  ]
}

/** Failed checks, and answers that the summary claims to be right and that are not. */
const notes = ({ questions, tasks }: ReportRow): string[] => [
  ...questions
    .filter(({ right, claimed }) => claimed && !right)
    .map(({ id }) => cliMessages.claimedRight({ id })),
  ...tasks
    .filter(({ passed }) => !passed)
    .map(({ id, checks, problem }) => {
      const failed = checks.find((each) => !each.passed)
      return cliMessages.failedTask({ id, reason: problem ?? failed?.described ?? '' })
    }),
]

/** Characters of notes in a terminal; CSV and JSON have all. */
const MAX_NOTES = 60

/** Columns of equal width. */
export function formatTable(rows: readonly ReportRow[]): string {
  const short = rows.map((row) =>
    cells(row).map((cell, i) => {
      const text = printable(cell)
      return columns[i] === 'notes' && text.length > MAX_NOTES
        ? `${text.slice(0, MAX_NOTES - 1)}…`
        : text
    }),
  )
  const all = [[...columns], ...short]
  const widths = columns.map((_, i) => Math.max(...all.map((row) => row[i].length)))
  return all
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i]))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** Names in handed-in files may contain control characters, which a terminal would execute. */
const printable = (text: string) =>
  text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ').slice(0, 300)

export const formatCsv = (rows: readonly ReportRow[]): string =>
  [[...columns], ...rows.map(cells)].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('')

/** Quotes a cell. A leading =, +, - or @ would be a formula in spreadsheets. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && text !== '-' ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
