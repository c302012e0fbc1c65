// DPM-Solver, UniPC, DEIS, SA-Solver and PNDM in closed loop against recorded trajectories of diffusers.
import { describe, expect, test } from 'vitest'
import { onCpu } from '../backends.ts'
import { casesOf, expectTrajectory } from '../schedulers.ts'
import { trajectoryOf } from '../trajectories.ts'

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
    const cases = casesOf(scheduler)
    test.each(cases)('$id', async (recorded) => {
      await expectTrajectory(recorded, trajectoryOf(recorded))
    })
    test('none is left out', () => expect(cases.length).toBe(count))
  })
})
