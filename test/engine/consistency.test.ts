// Samplers of few steps against recorded trajectories of diffusers: LCM, TCD, consistency models, and LCM in a flow.
import { describe, expect, test } from 'vitest'
import { consistencyStep, lcmStep, tcdStep } from '../../src/engine/samplers/consistency.ts'
import { onCpu } from '../backends.ts'
import type { Now, Step } from '../drive.ts'
import { drive } from '../drive.ts'
import { casesOf, expectTrajectory } from '../schedulers.ts'

const lcm = ({ x, x0, from, to, noise }: Now) => lcmStep(x, x0, from, to, noise, { sigma_data: 0.5, timestep_scaling: 10 })
const lcmOfFlow = ({ x, x0, from, to, noise }: Now) => lcmStep(x, x0, from, to, noise, { sigma_data: 0, timestep_scaling: 1 })
const tcd = ({ recorded, x, x0, epsilon, from, to, schedule, noise }: Now) =>
  tcdStep(x, x0, epsilon!, from, to, schedule, noise, { eta: recorded.step_kwargs.eta! })
const consistency = ({ x0, to, noise }: Now) => consistencyStep(x0, to, noise, { sigma_min: 0.002 })

const suites: { scheduler: string; count: number; step: Step }[] = [
  { scheduler: 'LCMScheduler', count: 4, step: lcm },
  { scheduler: 'FlowMatchLCMScheduler', count: 1, step: lcmOfFlow },
  { scheduler: 'TCDScheduler', count: 3, step: tcd },
  { scheduler: 'CMStochasticIterativeScheduler', count: 3, step: consistency },
]

onCpu(() => {
  describe.each(suites)('$scheduler', ({ scheduler, count, step }) => {
    const cases = casesOf(scheduler)
    test.each(cases)('$id', async (recorded) => {
      await expectTrajectory(recorded, drive(recorded, step))
    })
    test('none is left out', () => expect(cases.length).toBe(count))
  })
})
