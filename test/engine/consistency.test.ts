// Samplers of few steps against recorded trajectories of diffusers: LCM, TCD, consistency models, and LCM in a flow.
import { describe, expect, test } from 'vitest'
import { onCpu } from '../backends.ts'
import { casesOf, expectTrajectory } from '../schedulers.ts'
import { trajectoryOf } from '../trajectories.ts'

const suites = [
  { scheduler: 'LCMScheduler', count: 4 },
  { scheduler: 'FlowMatchLCMScheduler', count: 1 },
  { scheduler: 'TCDScheduler', count: 3 },
  { scheduler: 'CMStochasticIterativeScheduler', count: 3 },
]

onCpu(() => {
  describe.each(suites)('$scheduler', ({ scheduler, count }) => {
    const cases = casesOf(scheduler)
    test.each(cases)('$id', async (recorded) => {
      await expectTrajectory(recorded, trajectoryOf(recorded))
    })
    test('none is left out', () => expect(cases.length).toBe(count))
  })
})
