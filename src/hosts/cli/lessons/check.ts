// `lessons check`: checks a folder of handed-in summaries and workflows, and prints each row as soon
// as it is known.
import { relative, resolve } from 'node:path'
import { nameKey } from '../../../engine/base/shownText.ts'
import { cliMessages } from '../../../messages/cli.ts'
import type { Arguments } from '../arguments.ts'
import { onFirstSignal, signalStatus } from '../interrupts.ts'
import { statuses, type ExitStatus } from '../../node/status.ts'
import type { Terminal } from '../terminal.ts'
import { createLessonLibrary, shippedLessons } from './folder.ts'
import { listSubmissions } from './listSubmissions.ts'
import { checkInPool } from './pool.ts'
import { createReport } from './report.ts'
import type { ReportRow } from './row.ts'

export async function checkSubmissions(
  wanted: Arguments<'lessons'>,
  out: Terminal,
): Promise<ExitStatus> {
  const [folder] = wanted.operands
  const lessons = resolve(wanted.lessons ?? shippedLessons())
  const { lesson, code, trust, seconds, memory, json, csv } = wanted
  const format = json ? 'json' : csv ? 'csv' : 'table'
  const files = await listSubmissions(folder)
  const jobs = files.map((path) => {
    const file = relative(folder, path)
    return { path: resolve(path), file, lesson, code, trust, seconds }
  })
  const write = (text: string) => void process.stdout.write(text)
  const report = createReport(format, await createLessonLibrary(lessons).list(), write)
  const problems: { file: string; problem: string }[] = []
  const checked = new Set<string>()
  const findEarlier = createStudents()
  const pool = checkInPool(jobs, {
    lessons,
    limits: { seconds, memory },
    onStart: ({ file }) => out.line(cliMessages.checkingFile({ file })),
    onRow(row) {
      const earlier = findEarlier(row)
      checked.add(row.file)
      report.row({ ...row, ...(earlier && { sameStudent: earlier }) })
      if (row.problem !== undefined) problems.push({ file: row.file, problem: row.problem })
    },
  })
  onFirstSignal(() => pool.stop())
  await pool.finished
  if (files.length === 0) problems.push({ file: folder, problem: cliMessages.nothingHandedIn() })
  report.end(problems)
  for (const { file, problem } of problems)
    out.line(cliMessages.fault({ text: `${file}: ${problem}` }))
  const [count, all] = [files.length - checked.size, files.length]
  if (signalStatus() !== undefined) out.line(cliMessages.notChecked({ count, all }))
  return signalStatus() ?? (problems.length > 0 ? statuses.failed.code : statuses.done.code)
}

/**
 * Finds an earlier row of another file with the same lesson and student, or with a name that only
 * looks like that of the student.
 */
function createStudents() {
  const byName = new Map<string, Pick<ReportRow, 'student' | 'file' | 'lesson'>[]>()
  return ({ student, file, lesson }: ReportRow) => {
    const key = nameKey(student)
    const rows = byName.get(key) ?? []
    byName.set(key, [...rows, { student, file, lesson }])
    return rows.find(
      (other) => other.file !== file && (other.student !== student || other.lesson === lesson),
    )
  }
}
