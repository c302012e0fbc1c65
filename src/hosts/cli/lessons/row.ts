// A row of the report of `lessons check`.
import type { Verdict } from '../../../lessons/runChecks.ts'

/** One lesson of one handed-in file, or a file that has no lesson to check. */
export interface ReportRow {
  file: string
  student: string
  lesson: string
  /** `valid`, `wrong`, `missing`, or `none` for a workflow and an unread file. */
  signature: string
  questions: { id: string; right: boolean; claimed: boolean; tries: number }[]
  tasks: { id: string; passed: boolean; checks: Verdict[]; problem?: string }[]
  /** Numbers that the lesson has in all. */
  outOf: { questions: number; tasks: number }
  /** The reason why the row cannot be trusted, or why there are no results. */
  problem?: string
}

/** The name that a file or its folder gives to a student. */
export const fileStudent = (file: string): string =>
  /[\\/]/.test(file) ? file.replace(/[\\/].*$/s, '') : file.replace(/\.\w+$/, '')

/** The row of a file that could not be read or checked. */
export const problemRow = (
  file: string,
  problem: string,
  known: Partial<Pick<ReportRow, 'student' | 'lesson' | 'signature'>> = {},
): ReportRow => ({
  file,
  student: fileStudent(file),
  lesson: '',
  signature: 'none',
  questions: [],
  tasks: [],
  outOf: { questions: 0, tasks: 0 },
  ...known,
  problem,
})
