// Euler, Heun, KDPM2, LMS and flow samplers compared with recorded trajectories of diffusers.
import { describe, expect, test } from 'vitest'
import { onCpu } from '../backends.ts'
import { readCases, expectTrajectory } from '../schedulers.ts'
import { computeTrajectory } from '../trajectories.ts'

const suites = [
  { scheduler: 'EulerDiscreteScheduler', count: 19 },
  { scheduler: 'EDMEulerScheduler', count: 6 },
  { scheduler: 'FlowMatchEulerDiscreteScheduler', count: 11 },
  { scheduler: 'EulerAncestralDiscreteScheduler', count: 7 },
  { scheduler: 'HeunDiscreteScheduler', count: 12 },
  { scheduler: 'FlowMatchHeunDiscreteScheduler', count: 2 },
  { scheduler: 'KDPM2DiscreteScheduler', count: 5 },
  { scheduler: 'KDPM2AncestralDiscreteScheduler', count: 3 },
  { scheduler: 'LMSDiscreteScheduler', count: 8 },
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
