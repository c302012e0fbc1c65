// The phases of a run, and the commands that depend on them.
import { describe, expect, test } from 'vitest'
import {
  nextPhase,
  pauseCommand,
  speedCommand,
  type PhaseAction,
} from '../../../src/editor/running/runPhase.ts'
import type { RunPhase } from '../../../src/editor/running/state.ts'

const after = (...actions: PhaseAction[]) => actions.reduce<RunPhase>(nextPhase, 'idle')

describe('the phase of a run', () => {
  test('follows requests and the events of the engine', () => {
    expect(after('start')).toBe('starting')
    expect(after('start', 'started')).toBe('running')
    expect(after('start', 'started', 'paused')).toBe('paused')
    expect(after('start', 'started', 'paused', 'resumed')).toBe('running')
    expect(after('start', 'started', 'stop')).toBe('stopping')
    expect(after('start', 'stop', 'end')).toBe('idle')
  })

  test('stays idle without a run, and starts only from there', () => {
    expect(after('stop')).toBe('idle')
    expect(after('started')).toBe('idle')
    expect(after('end')).toBe('idle')
    expect(after('start', 'started', 'start')).toBe('running')
  })

  test('pause and resume commands follow the phase', () => {
    expect(pauseCommand('paused')).toBe('resume')
    expect(pauseCommand('running')).toBe('pause')
  })

  test('step by step pauses a run, any other speed resumes it', () => {
    expect(speedCommand('running', 'step')).toBe('pause')
    expect(speedCommand('paused', 'step')).toBeUndefined()
    expect(speedCommand('paused', 'full')).toBe('resume')
    expect(speedCommand('running', 'one')).toBeUndefined()
    expect(speedCommand('idle', 'step')).toBeUndefined()
  })
})
