// State machine of the run in progress.
import type { RunPhase, RunSpeed } from './state.ts'

/** A request of the user, an event of the engine, or the end of the run. */
export type PhaseAction = 'start' | 'restart' | 'stop' | 'started' | 'resumed' | 'paused' | 'end'

/**
 * Transitions of every phase of a run. The engine may send `started`, `paused` or `resumed` before
 * it receives the command to stop. Such an event still counts.
 */
const active = {
  restart: 'starting',
  started: 'running',
  resumed: 'running',
  paused: 'paused',
  stop: 'stopping',
  end: 'idle',
} as const

const transitions: Record<RunPhase, Partial<Record<PhaseAction, RunPhase>>> = {
  idle: { start: 'starting' },
  starting: active,
  running: active,
  paused: active,
  stopping: active,
}

/** An action without a transition leaves the phase unchanged. */
export const nextPhase = (phase: RunPhase, action: PhaseAction): RunPhase =>
  transitions[phase][action] ?? phase

/** Returns the command of the button that pauses and resumes. */
export const pauseCommand = (phase: RunPhase): 'pause' | 'resume' =>
  phase === 'paused' ? 'resume' : 'pause'

/** Returns the command that the run in progress needs after a change of speed, if any. */
export function speedCommand(phase: RunPhase, speed: RunSpeed): 'pause' | 'resume' | undefined {
  const changes = speed === 'step' ? phase === 'running' : phase === 'paused'
  return changes ? pauseCommand(phase) : undefined
}
