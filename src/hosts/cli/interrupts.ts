// Signals: the first one lets a run end and save its progress, the second one exits at once.
import { removePending } from '../../storage/atomicFile.ts'
import { statuses, type ExitStatus } from '../node/status.ts'

const signals = {
  SIGINT: statuses.interrupted.code,
  SIGTERM: statuses.terminated.code,
  SIGHUP: statuses.hangup.code,
} as const

let received: ExitStatus | undefined
let stopRun: (() => void) | undefined

/** Handles signals from now on. Without a run to stop, the first one exits. */
export function handleInterrupts() {
  for (const [signal, status] of Object.entries(signals)) {
    process.on(signal, () => {
      if (received !== undefined || !stopRun) exitNow(status)
      received = status
      stopRun?.()
    })
  }
}

/** The exit status of the signal that was received; undefined if there was none. */
export const signalStatus = (): ExitStatus | undefined => received

/** Calls `stop` on the first signal, until the process ends. */
export function onFirstSignal(stop: () => void) {
  stopRun = stop
}

/** Exits without leaving temporary files. */
export function exitNow(status: ExitStatus): never {
  removePending()
  process.exit(status)
}
