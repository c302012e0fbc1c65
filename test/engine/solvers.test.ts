// DPM-Solver, UniPC, DEIS, SA-Solver and PNDM compared with recorded trajectories of diffusers.
import { describe, expect, test } from 'vitest'
import { onCpu } from '../backends.ts'
import { readCases, expectTrajectory } from '../schedulers.ts'
import { computeTrajectory } from '../trajectories.ts'

const suites = [
  { scheduler: 'DPMSolverMultistepScheduler', count: 36 },
  { scheduler: 'DPMSolverMultistepInverseScheduler', count: 1 },
  { scheduler: 'DPMSolverSinglestepScheduler', count: 10 },
  { scheduler: 'EDMDPMSolverMultistepScheduler', count: 8 },
  { scheduler: 'UniPCMultistepScheduler', count: 18 },
  { scheduler: 'DEISMultistepScheduler', count: 7 },
  { scheduler: 'SASolverScheduler', count: 2 },
  { scheduler: 'PNDMScheduler', count: 9 },
  { scheduler: 'IPNDMScheduler', count: 1 },
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
