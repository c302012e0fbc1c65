// Timesteps and levels of the 26 schedulers of diffusers, compared with recorded lists.
import { describe, expect, test } from 'vitest'
import type { Levels } from '../../../src/engine/process/schedule.ts'
import { levelsAt, getRatios } from '../../../src/engine/process/schedule.ts'
import { getTransition } from '../../../src/engine/process/timesteps.ts'
import type { SchedulerCase } from '../../schedulers.ts'
import {
  readCases,
  stepEntries,
  schedulerNames,
  schedulerName,
  deriveTransitions,
} from '../../schedulers.ts'

/** Compares with a tolerance for the float32 operations of the record. */
const closeTo = (found: number, wanted: number, size: number) =>
  expect(Math.abs(found - wanted), `${found} for ${wanted}`).toBeLessThanOrEqual(
    TOLERANCE * Math.max(Math.abs(wanted), size),
  )
const TOLERANCE = 2e-6

/** Returns the quantity that a scheduler of diffusers calls sigma. */
const sigmaOf = (kind: string, levels: Levels) =>
  (kind === 'flow' ? levels.sigma : getRatios(levels))[0]

function compare(recorded: SchedulerCase) {
  const { schedule, transitions } = deriveTransitions({ ...recorded, float32: true })
  const entries = stepEntries(recorded)
  expect(transitions.t.length).toBe(entries.length)
  const upward = schedulerName(recorded) === 'RePaintScheduler'
  entries.forEach(({ first }, i) => {
    if (upward && transitions.tPrev[i] > transitions.t[i]) return // tested separately
    closeTo(transitions.t[i], recorded.timesteps[first], 1)
    if (!recorded.sigmas) return
    const { from, to } = getTransition(transitions, i)
    closeTo(sigmaOf(schedule.kind, levelsAt(schedule, from)), recorded.sigmas[first], 1e-3)
    const next = sigmaOf(schedule.kind, levelsAt(schedule, to))
    if (!schedulerName(recorded).includes('Inverse'))
      closeTo(next, recorded.sigmas[first + 1], 1e-3)
  })
}

const all = schedulerNames.flatMap((name) => readCases(name))

test('covers all recorded schedulers', () => {
  expect([schedulerNames.length, all.length]).toEqual([26, 225])
})

describe.each(schedulerNames)('%s', (name) => {
  test.each(readCases(name))('$id', compare)
})
