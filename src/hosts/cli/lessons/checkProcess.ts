// A process that checks hand-ins, with limits of time and memory: its parent ends it by a signal,
// which also ends a single call that never returns.
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cliMessages } from '../../../messages/cli.ts'
import type { HandInHead, HandInJob } from './handIn.ts'
import { CHECKS_PER_HAND_IN } from './limits.ts'
import { problemRow, type ReportRow } from './row.ts'
import {
  WORKER_COMMAND,
  WORKER_OPTIONS,
  type WorkerMessage,
  type WorkerOptions,
} from './workerMessages.ts'

/** Seconds beyond a limit, in which a check that stops by itself may end. */
const GRACE = 5
/** Milliseconds between two readings of the memory. */
const INTERVAL = 100
const PAGE = 4096
/** Longest time of a timer in milliseconds; more would end at once. */
const LONGEST_TIMER = 2 ** 31 - 1

export interface CheckLimits {
  /** Limit of a check, in seconds. */
  seconds: number
  /** Limit of the resident memory, in MiB. */
  memory: number
  /** Threads of a process, unless the environment sets them. */
  threads: number
}

export interface CheckProcess {
  /**
   * Checks a hand-in. Calls `onRow` with all its rows; those that are missing because the process
   * was ended have the reason. Returns false if the process has ended.
   */
  check(job: HandInJob, onRow: (row: ReportRow) => void): Promise<boolean>
  /** Resident memory in bytes; 0 if the system does not tell. */
  resident(): number
  kill(): void
}

/** @param lessons folder of the courses */
export function startCheckProcess(lessons: string, limits: CheckLimits): CheckProcess {
  const child = spawnWorker(lessons, limits)
  let ended: string | undefined
  /** The reason for a signal of this process. */
  let reason: string | undefined
  const listeners = new Set<(message: WorkerMessage | 'ended') => void>()
  const tell = (message: WorkerMessage | 'ended') => listeners.forEach((each) => each(message))
  const end = (text: string) => {
    if (ended !== undefined) return
    ended = text
    tell('ended')
  }
  child.on('message', (message) => tell(message as WorkerMessage))
  child.on('error', ({ message }) => end(cliMessages.notStarted({ reason: message })))
  child.on('exit', (code, signal) =>
    end(reason ?? cliMessages.handInEnded({ reason: signal ?? `exit ${code}` })),
  )
  const kill = (text?: string) => {
    reason ??= text
    child.kill('SIGKILL')
  }
  const resident = () => readResident(child.pid)
  const ready = new Promise<void>((resolve) => {
    listeners.add((message) => {
      if (message === 'ended' || message.type === 'ready') resolve()
    })
  })
  return {
    resident,
    kill: () => kill(),
    async check(job, onRow) {
      await ready
      const watch = createWatch(limits, resident, kill)
      const rows = createRows(job.file, onRow)
      await new Promise<void>((resolve) => {
        const listen = (message: WorkerMessage | 'ended') => {
          if (message === 'ended' || message.type === 'done') {
            listeners.delete(listen)
            resolve()
          } else if (message.type === 'check') watch.onCheck()
          else if (message.type === 'head') rows.expect(message.head)
          else if (message.type === 'row') rows.add(message.row)
        }
        listeners.add(listen)
        if (ended === undefined) child.send(job, (error) => error && kill())
        else listen('ended')
      })
      watch.stop()
      if (ended !== undefined) rows.end(ended)
      return ended === undefined
    },
  }
}

/** The program itself, as another process with a hidden command. */
function spawnWorker(lessons: string, { memory, threads }: CheckLimits): ChildProcess {
  const [, script = ''] = process.argv
  // The process also limits itself, in case this one cannot see its memory or is killed.
  const options: WorkerOptions = { lessons, memory: 1.1 * memory * 2 ** 20 }
  const nodeOptions = process.execArgv.filter((each) => !each.startsWith('--inspect'))
  return spawn(
    process.execPath,
    [...nodeOptions, `--max-old-space-size=${Math.ceil(memory / 2)}`, script, WORKER_COMMAND],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: {
        LITEGRAPH_DIFFUSION_THREADS: String(threads),
        ...process.env,
        [WORKER_OPTIONS]: JSON.stringify(options),
      },
    },
  )
}

/** Ends a process whose check takes too long or needs too much memory. */
function createWatch(
  { seconds, memory }: CheckLimits,
  resident: () => number,
  kill: (reason: string) => void,
) {
  const endAfter = (most: number) =>
    setTimeout(
      () => kill(cliMessages.handInTooLong({ seconds: most })),
      Math.min((most + GRACE) * 1000, LONGEST_TIMER),
    )
  const total = endAfter(CHECKS_PER_HAND_IN * seconds)
  const startCheck = () => endAfter(seconds)
  let check = startCheck()
  const reading = setInterval(() => {
    if (resident() > memory * 2 ** 20) kill(cliMessages.handInTooLarge({ most: memory }))
  }, INTERVAL)
  return {
    onCheck() {
      clearTimeout(check)
      check = startCheck()
    },
    stop() {
      clearTimeout(total)
      clearTimeout(check)
      clearInterval(reading)
    },
  }
}

/** Collects the rows of a hand-in, so that each lesson in it has one. */
function createRows(file: string, onRow: (row: ReportRow) => void) {
  let head: HandInHead | undefined
  const done = new Set<string>()
  return {
    expect: (read: HandInHead) => (head = read),
    add(row: ReportRow) {
      done.add(row.lesson)
      onRow(row)
    },
    /** Adds rows for the lessons that were not checked. */
    end(problem: string) {
      if (!head && done.size === 0) return onRow(problemRow(file, problem))
      const { lessons = [], ...known } = head ?? {}
      for (const lesson of lessons)
        if (!done.has(lesson)) onRow(problemRow(file, problem, { ...known, lesson }))
    },
  }
}

/** Resident memory of a process in bytes, on Linux; 0 elsewhere and for one that has ended. */
function readResident(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE
  } catch {
    return 0
  }
}
