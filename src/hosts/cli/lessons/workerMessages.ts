// Messages between `lessons check` and the processes that check hand-ins.
import type { HandInHead } from './handIn.ts'
import type { ReportRow } from './row.ts'

/** Hidden command of the program. */
export const WORKER_COMMAND = 'lessons-worker'
/** Environment variable with the options of a process, as JSON. */
export const WORKER_OPTIONS = 'LITEGRAPH_DIFFUSION_WORKER'

export interface WorkerOptions {
  /** Folder of the courses. */
  lessons: string
  /** Limit of the resident memory, in bytes. */
  memory: number
}

/** Messages of the process. */
export type WorkerMessage =
  | { type: 'ready' }
  | { type: 'head'; head: HandInHead }
  /** A check of the hand-in begins. */
  | { type: 'check' }
  | { type: 'row'; row: ReportRow }
  /** All rows of the hand-in were sent. */
  | { type: 'done' }
