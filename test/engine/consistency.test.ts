// Few-step samplers compared with recorded trajectories of diffusers: LCM, TCD, consistency models,
// and LCM in a flow.
import { describe, expect, test } from 'vitest'
import { onCpu } from '../backends.ts'
import { readCases, expectTrajectory } from '../schedulers.ts'
import { computeTrajectory } from '../trajectories.ts'

const suites = [
  { scheduler: 'LCMScheduler', count: 4 },
  { scheduler: 'FlowMatchLCMScheduler', count: 1 },
  { scheduler: 'TCDScheduler', count: 3 },
  { scheduler: 'CMStochasticIterativeScheduler', count: 3 },
]

onCpu(() => {
  describe.each(suites)('$scheduler', ({ scheduler, count }) => {
    const cases = readCases(scheduler)
    test.each(cases)('$id', async (recorded) => {
      await expectTrajectory(recorded, computeTrajectory(recorded))
    })
    test('covers all recorded cases', () => expect(cases.length).toBe(count))
  })
})
