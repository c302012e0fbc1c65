// Euler, Heun, KDPM2, LMS and the flows against recorded trajectories of diffusers, in closed loop. Those of diffusers that count in
// σ, its flows and its EDM samplers are here one and the same step, at other levels.
import { describe, expect, test } from 'vitest'
import { ancestralDown, ancestralUp } from '../../src/engine/samplers/ancestral.ts'
import type { ChurnOptions } from '../../src/engine/samplers/churn.ts'
import { churned } from '../../src/engine/samplers/churn.ts'
import { lcmStep } from '../../src/engine/samplers/consistency.ts'
import { eulerStep } from '../../src/engine/samplers/euler.ts'
import { heunStep } from '../../src/engine/samplers/heun.ts'
import type { StepHistory } from '../../src/engine/samplers/history.ts'
import { remember } from '../../src/engine/samplers/history.ts'
import { kdpm2Step } from '../../src/engine/samplers/kdpm2.ts'
import { lmsStep } from '../../src/engine/samplers/lms.ts'
import type { Tensor } from '../../src/engine/tf.ts'
import { onCpu } from '../backends.ts'
import type { Driver, Now } from '../drive.ts'
import { drive } from '../drive.ts'
import type { SchedulerCase } from '../schedulers.ts'
import { casesOf, expectTrajectory } from '../schedulers.ts'

const churnOf = ({ step_kwargs: { s_churn = 0, s_tmin = 0, s_tmax = Infinity, s_noise = 1 } }: SchedulerCase) =>
  ({ s_churn, s_tmin, s_tmax, s_noise }) as ChurnOptions

/** What the model said of x is taken to be said of the churned x too. */
function euler(now: Now): Tensor {
  const { x, at } = churned(now.x, now.from, now.schedule, churnOf(now.recorded), now.count, now.noise)
  return eulerStep(x, now.clean(now.output, x, at), at, now.to, at === now.from ? now.epsilon : undefined)
}

function ancestral(step: (now: Now) => Tensor): Driver {
  return () => (now) => {
    const down = ancestralDown(now.schedule, now.from, now.to, 1)
    return ancestralUp(step({ ...now, to: down }), down, now.to, now.noise, 1)
  }
}

const heun = ({ x, x0, from, to, schedule, denoise }: Now) =>
  heunStep(x, x0, from, to, denoise, schedule.kind === 'flow' ? 'flow' : 'ratio')

const kdpm2 = ({ x, x0, from, to, schedule, denoise }: Now) => kdpm2Step(x, x0, from, to, schedule, denoise)

const lms: Driver = ({ step_kwargs: { order = 4 } }) => {
  let history: StepHistory = []
  return ({ x, x0, epsilon, from, to }) => {
    const next = lmsStep(x, x0, epsilon!, from, to, history, { order: order as number })
    history = remember(history, { value: epsilon!, at: from }, 3)
    return next
  }
}

/** Stochastic: to clean data and back up with fresh noise, which is a step of a consistency model. */
const flow: Driver = ({ config_given: { stochastic_sampling } }) =>
  stochastic_sampling
    ? ({ x, x0, from, to, noise }) => lcmStep(x, x0, from, to, noise, { sigma_data: 0, timestep_scaling: 1 })
    : euler

const suites: { scheduler: string; count: number; driver: Driver }[] = [
  { scheduler: 'EulerDiscreteScheduler', count: 19, driver: () => euler },
  { scheduler: 'EDMEulerScheduler', count: 6, driver: () => euler },
  { scheduler: 'FlowMatchEulerDiscreteScheduler', count: 11, driver: flow },
  { scheduler: 'EulerAncestralDiscreteScheduler', count: 7, driver: ancestral(euler) },
  { scheduler: 'HeunDiscreteScheduler', count: 12, driver: () => heun },
  { scheduler: 'FlowMatchHeunDiscreteScheduler', count: 2, driver: () => heun },
  { scheduler: 'KDPM2DiscreteScheduler', count: 5, driver: () => kdpm2 },
  { scheduler: 'KDPM2AncestralDiscreteScheduler', count: 3, driver: ancestral(kdpm2) },
  { scheduler: 'LMSDiscreteScheduler', count: 8, driver: lms },
]

onCpu(() => {
  describe.each(suites)('$scheduler', ({ scheduler, count, driver }) => {
    const cases = casesOf(scheduler)
    test.each(cases)('$id', async (recorded) => {
      await expectTrajectory(recorded, drive(recorded, driver(recorded)))
    })
    test('none is left out', () => expect(cases.length).toBe(count))
  })
})
