// Output of `lessons check`: a table for a terminal, CSV, or JSON. Each row is written at once, so
// that an interruption loses none.
import { csvCell, escapeHidden } from '../../../engine/base/shownText.ts'
import { cliMessages } from '../../../messages/cli.ts'
import type { ReportRow } from './row.ts'

const columns = ['student', 'lesson', 'questions', 'tasks', 'signature', 'notes', 'file'] as const

/** A row with an earlier one of the same student. */
export interface ReportedRow extends ReportRow {
  sameStudent?: Pick<ReportRow, 'student' | 'file'>
}

export interface Report {
  row(row: ReportedRow): void
  /** Ends the output; not needed for the rows to be complete. */
  end(problems: readonly { file: string; problem: string }[]): void
}

/** @param lessons names of all lessons, for the width of their column */
export function createReport(
  format: 'table' | 'csv' | 'json',
  lessons: readonly string[],
  write: (text: string) => void,
): Report {
  switch (format) {
    case 'json':
      return createJson(write)
    case 'csv':
      write(formatCsvRow(columns))
      return { row: (row) => write(formatCsvRow(cells(row))), end() {} }
    case 'table':
      return createTable(lessons, write)
    default:
      return format satisfies never
  }
}

const cells = (row: ReportedRow): string[] => {
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
  ].map(escapeHidden)
}

/** Problems, failed checks, and answers that the summary claims to be right and that are not. */
const notes = ({ problem, sameStudent, questions, tasks }: ReportedRow): string[] => [
  ...(problem === undefined ? [] : [problem]),
  ...(sameStudent ? [cliMessages.sameStudent(sameStudent)] : []),
  ...questions
    .filter(({ right, claimed }) => claimed && !right)
    .map(({ id }) => cliMessages.claimedRight({ id })),
  ...tasks
    .filter(({ passed }) => !passed)
    .map((task) => {
      const failed = task.checks.find((each) => !each.passed)
      const reason = task.problem ?? failed?.described ?? ''
      return cliMessages.failedTask({ id: task.id, reason })
    }),
]

/** Characters of notes and other cells in a terminal; CSV and JSON have all. */
const [MAX_NOTES, MAX_CELL] = [60, 80]
/** Usual widths of columns, because the longest cells are not known yet. */
const usualWidths = [20, 0, 9, 5, 9, 30, 0]

/** Columns that become wider with the cells. */
function createTable(lessons: readonly string[], write: (text: string) => void): Report {
  const widths = columns.map((name, i) => Math.max(name.length, usualWidths[i]))
  widths[1] = Math.max(...lessons.map(({ length }) => length), widths[1])
  const writeRow = (row: readonly string[]) => {
    const shown = row.map((cell, i) => {
      const text = cutCell(cell, columns[i] === 'notes' ? MAX_NOTES : MAX_CELL)
      widths[i] = Math.max(widths[i], text.length)
      return text.padEnd(widths[i])
    })
    write(`${shown.join('  ').trimEnd()}\n`)
  }
  writeRow(columns)
  return { row: (row) => writeRow(cells(row)), end() {} }
}

const cutCell = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text

const formatCsvRow = (row: readonly string[]): string =>
  `${row.map((cell) => csvCell(cell, cell === '-' ? true : undefined)).join(',')}\r\n`

/** One object, whose rows are written one by one. */
function createJson(write: (text: string) => void): Report {
  let count = 0
  write('{\n  "rows": [')
  const indent = (value: unknown, by: string) =>
    JSON.stringify(value, undefined, 2).replaceAll('\n', `\n${by}`)
  return {
    row(row) {
      write(`${count++ > 0 ? ',' : ''}\n    ${indent(row, '    ')}`)
    },
    end(problems) {
      const close = count > 0 ? '\n  ]' : ']'
      write(`${close},\n  "problems": ${indent(problems, '  ')}\n}\n`)
    },
  }
}
