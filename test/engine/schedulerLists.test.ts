// Which levels the 26 schedulers of diffusers visit, against their recorded lists.
import { describe, expect, test } from 'vitest'
import type { Levels } from '../../src/engine/schedule.ts'
import { levelsAt, ratiosOf } from '../../src/engine/schedule.ts'
import { endsOf } from '../../src/engine/timesteps.ts'
import type { SchedulerCase } from '../schedulers.ts'
import { casesOf, entriesOf, schedulerNames, schedulerOf, transitionsOf } from '../schedulers.ts'

/** The record is float32, after some operations in it. */
const closeTo = (found: number, wanted: number, size: number) =>
  expect(Math.abs(found - wanted), `${found} for ${wanted}`).toBeLessThanOrEqual(TOLERANCE * Math.max(Math.abs(wanted), size))
const TOLERANCE = 2e-6

/** What a scheduler calls sigma. */
const sigmaOf = (kind: string, levels: Levels) => (kind === 'flow' ? levels.sigma : ratiosOf(levels))[0]!

function compare(recorded: SchedulerCase) {
  const { schedule, transitions } = transitionsOf({ ...recorded, float32: true })
  const entries = entriesOf(recorded)
  expect(transitions.t.length).toBe(entries.length)
  const upward = schedulerOf(recorded) === 'RePaintScheduler'
  entries.forEach(({ first }, i) => {
    if (upward && transitions.tPrev[i]! > transitions.t[i]!) return // which has a test of its own
    closeTo(transitions.t[i]!, recorded.timesteps[first]!, 1)
    if (!recorded.sigmas) return
    const { from, to } = endsOf(transitions, i)
    closeTo(sigmaOf(schedule.kind, levelsAt(schedule, from)), recorded.sigmas[first]!, 1e-3)
    const next = sigmaOf(schedule.kind, levelsAt(schedule, to))
    if (!schedulerOf(recorded).includes('Inverse')) closeTo(next, recorded.sigmas[first + 1]!, 1e-3)
  })
}

const all = schedulerNames.flatMap((name) => casesOf(name))

test('all that are recorded are here', () => {
  expect([schedulerNames.length, all.length]).toEqual([26, 225])
})

describe.each(schedulerNames)('%s', (name) => {
  test.each(casesOf(name))('$id', compare)
})
