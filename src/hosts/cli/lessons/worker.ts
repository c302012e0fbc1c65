// The process that checks hand-ins, one after the other, for `lessons check`. Its parent ends it if
// a hand-in takes too long or needs too much memory.
import { Worker } from 'node:worker_threads'
import { cliMessages } from '../../../messages/cli.ts'
import { UsageError } from '../../node/failure.ts'
import type { ExitStatus } from '../../node/status.ts'
import { createLessonLibrary } from './folder.ts'
import { checkHandIn, type HandInJob } from './handIn.ts'
import {
  WORKER_COMMAND,
  WORKER_OPTIONS,
  type WorkerMessage,
  type WorkerOptions,
} from './workerMessages.ts'

/**
 * Ends the process if it is orphaned, or needs too much memory where the parent cannot see it. A
 * thread does so because the main one may never return from a call.
 */
const WATCHDOG = `
  const { workerData } = require('node:worker_threads')
  setInterval(() => {
    if (process.ppid !== workerData.parent || process.memoryUsage.rss() > workerData.memory)
      process.kill(process.pid, 'SIGKILL')
  }, 250)
`

/** Answers jobs of the parent until it disconnects. */
export function runWorker(): Promise<ExitStatus> {
  const send = process.send?.bind(process)
  const text = process.env[WORKER_OPTIONS]
  if (!send || text === undefined)
    throw new UsageError(cliMessages.unknownCommand({ command: WORKER_COMMAND }))
  const { lessons, memory } = JSON.parse(text) as WorkerOptions
  const workerData = { parent: process.ppid, memory }
  new Worker(WATCHDOG, { eval: true, workerData }).unref()
  const library = createLessonLibrary(lessons)
  const post = (message: WorkerMessage) => void send(message)
  process.on('message', (job: HandInJob) => {
    void checkHandIn(job, library, {
      onHead: (head) => post({ type: 'head', head }),
      onCheck: () => post({ type: 'check' }),
      onRow: (row) => post({ type: 'row', row }),
    }).then(() => post({ type: 'done' }))
  })
  // The parent ends this process by a signal; this is for a parent that exits first.
  process.on('disconnect', () => process.exit())
  post({ type: 'ready' })
  return new Promise(() => {})
}
