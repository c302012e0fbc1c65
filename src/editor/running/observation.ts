// Monitoring options of runs: their speed, and the measurement of time and memory.
import type { Monitoring } from '../../engine/protocol.ts'
import { runState, type RunSpeed } from './state.ts'
import { settings } from '../storage/settings.ts'

/** Iterations per second of a run that is shown node by node. Undefined: full speed. */
const iterationsPerSecond: Record<RunSpeed, number | undefined> = {
  full: undefined,
  four: 4,
  one: 1,
  step: 1.25,
}

export const speeds = Object.keys(iterationsPerSecond) as RunSpeed[]

/** Returns the options of a run. Runs that are not on the canvas have full speed. */
export function monitoringOptions(isOnCanvas: boolean): Monitoring {
  const speed = isOnCanvas ? iterationsPerSecond[runState.speed.value] : undefined
  return {
    ...(speed !== undefined && { perSecond: speed }),
    ...(settings.value.measures && { measure: true }),
  }
}
