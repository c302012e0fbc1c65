// DPM-Solver, UniPC, DEIS, SA-Solver and PNDM in closed loop against recorded trajectories of diffusers.
import { describe, expect, test } from 'vitest'
import type { RunContext } from '../../src/engine/plan/op.ts'
import { convertPrediction } from '../../src/engine/prediction.ts'
import { randomOf } from '../../src/engine/random.ts'
import type { Said } from '../../src/engine/samplers/pndm.ts'
import { middleOf, plmsStep, pndmStep } from '../../src/engine/samplers/pndm.ts'
import type { Levels } from '../../src/engine/schedule.ts'
import { levelsAt } from '../../src/engine/schedule.ts'
import type { Tensor } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import { endsOf } from '../../src/engine/timesteps.ts'
import type { Samples } from '../../src/engine/values.ts'
import type { StepOp } from '../../src/nodes/sampling/defineStep.ts'
import {
  deisStep,
  dpmSolverSinglestepStep,
  dpmSolverStep,
  saSolverStep,
  unipcStep,
} from '../../src/nodes/sampling/steps/index.ts'
import { onCpu } from '../backends.ts'
import type { SchedulerCase } from '../schedulers.ts'
import { casesOf, expectTrajectory, initialOf, models, noisesOf, transitionsOf } from '../schedulers.ts'

type Case = SchedulerCase & {
  config_given: { use_flow_sigmas?: boolean; skip_prk_steps?: boolean; disable_corrector?: number[] }
}

/** Both ends of each of our steps. */
function endsOfSteps(recorded: Case) {
  const { schedule, transitions } = transitionsOf(recorded)
  const ends = Array.from(transitions.t, (_, i) => endsOf(transitions, i))
  const levels = ends.map(({ from, to }) => ({ from: levelsAt(schedule, from), to: levelsAt(schedule, to) }))
  return { schedule, ends, levels }
}

/** What the case's model says of x. */
function say({ id, config_given: config, model }: Case, x: Tensor, { t, sigma }: Levels): Said {
  const { prediction_type: predicts = 'epsilon' } = config
  if (!id.startsWith('EDM')) return { tensor: models[model](x, t[0]!), predicts }
  // Karras et al. 2022, table 1, with σ_data = 1/2; with v_prediction diffusers turns the sign of the network round.
  const length = Math.sqrt(sigma[0]! ** 2 + 0.25)
  const out = models[model](x.div(length), t[0]!).mul(((predicts === 'v_prediction' ? -0.5 : 0.5) * sigma[0]!) / length)
  return { tensor: x.mul(0.25 / length ** 2).add(out), predicts: 'sample' }
}

// ---- solvers with one evaluation a step, as nodes: their params have the names and defaults of diffusers

function paramsOf(op: StepOp, { config_given: config }: Case): Record<string, unknown> {
  const defaults = Object.fromEntries(Object.entries(op.params).map(([name, param]) => [name, param.default]))
  const given = Object.fromEntries(Object.entries(config).filter(([name]) => name in op.params))
  const held = config.thresholding
    ? { clip: 'dynamic', threshold_quantile: config.dynamic_thresholding_ratio, threshold_max: config.sample_max_value }
    : { clip: 'off' }
  // Theirs is a list of steps, here always the first ones.
  return {
    ...defaults,
    ...given,
    ...held,
    ...(config.disable_corrector && { disable_corrector: config.disable_corrector.length }),
  }
}

type Run = (
  inputs: Record<string, unknown>,
  params: Record<string, unknown>,
  context: RunContext,
  state: unknown,
) => { outputs: { x_prev: Samples }; state: unknown }

/** x after each step. */
function trajectoryOf(recorded: Case, op: StepOp): Tensor[] {
  const { schedule, ends, levels } = endsOfSteps(recorded)
  const params = paramsOf(op, recorded)
  const tagged = (tensor: Tensor, type: string) => ({ type, tensor, space: 'image' })
  return tf.tidy(() => {
    let [x, state] = [initialOf(recorded), undefined as unknown]
    return ends.map(({ from, to }, index) => {
      const [z] = noisesOf(recorded, index)
      const inputs = {
        x_t: tagged(x, 'samples'),
        prediction: { ...say(recorded, x, levels[index]!.from), type: 'prediction', space: 'image' },
        t: { type: 'timestep', ...from, place: { index, count: ends.length } },
        t_prev: { type: 'timestep', ...to },
        schedule: { type: 'schedule', schedule },
        ...(z && { noise: tagged(z, 'noise') }),
      }
      const made = (op.run as unknown as Run)(inputs, params, { random: randomOf(0), prepared: undefined }, state)
      ;({ state } = made)
      x = made.outputs.x_prev.tensor
      return x
    })
  })
}

/** What diffusers lists of a step of PNDM: the places where it asked again, and where it led. */
function pndmTrajectory(recorded: Case): Tensor[] {
  const { schedule, levels } = endsOfSteps(recorded)
  return tf.tidy(() => {
    const frames: Tensor[] = []
    let [x, said] = [initialOf(recorded), [] as Said[]]
    for (const { from, to } of levels) {
      // The model's own output takes part, whatever it is: with v that is not ε as in the paper.
      said = [say(recorded, x, from), ...said].slice(0, 4)
      x = pndmStep(x, said, from, to, {
        start: recorded.config_given.skip_prk_steps ? 'plms' : 'prk',
        middle: () => middleOf(schedule, from, to),
        ask: (y, at) => {
          frames.push(y)
          return say(recorded, y, at)
        },
      })
      frames.push(x)
    }
    return frames
  })
}

/** The model predicts v, which is turned into ε before it takes part. */
function ipndmTrajectory(recorded: Case): Tensor[] {
  return tf.tidy(() => {
    let [x, said] = [initialOf(recorded), [] as Said[]]
    return endsOfSteps(recorded).levels.map(({ from, to }, i) => {
      const epsilon = convertPrediction(models[recorded.model](x, from.t[0]!), x, from, 'v_prediction', 'epsilon')
      // At the first, without signal, diffusers divides 0 by 1e-8 and goes on with 0 for x_0, where v says what it is.
      const first: Said[] = [{ tensor: tf.zerosLike(x), predicts: 'sample' }]
      said = [{ tensor: epsilon, predicts: 'epsilon' as const }, ...said].slice(0, 4)
      x = plmsStep(x, i === 0 ? first : said, from, to)
      return x
    })
  })
}

const suites = [
  { scheduler: 'DPMSolverMultistepScheduler', op: dpmSolverStep, count: 36 },
  { scheduler: 'DPMSolverMultistepInverseScheduler', op: dpmSolverStep, count: 1 },
  { scheduler: 'DPMSolverSinglestepScheduler', op: dpmSolverSinglestepStep, count: 10 },
  { scheduler: 'EDMDPMSolverMultistepScheduler', op: dpmSolverStep, count: 8 },
  { scheduler: 'UniPCMultistepScheduler', op: unipcStep, count: 18 },
  { scheduler: 'DEISMultistepScheduler', op: deisStep, count: 7 },
  { scheduler: 'SASolverScheduler', op: saSolverStep, count: 2 },
] as const

onCpu(() => {
  describe.each(suites)('$scheduler', ({ scheduler, op, count }) => {
    const cases = casesOf<Case>(scheduler)
    test('all cases are here', () => expect(cases.length).toBe(count))
    test.each(cases)('$id', async (recorded) => {
      await expectTrajectory(recorded, trajectoryOf(recorded, op))
    })
  })

  describe.each([
    { scheduler: 'PNDMScheduler', trajectory: pndmTrajectory, count: 9 },
    { scheduler: 'IPNDMScheduler', trajectory: ipndmTrajectory, count: 1 },
  ])('$scheduler', ({ scheduler, trajectory, count }) => {
    const cases = casesOf<Case>(scheduler)
    test('all cases are here', () => expect(cases.length).toBe(count))
    test.each(cases)('$id', async (recorded) => {
      await expectTrajectory(recorded, trajectory(recorded))
    })
  })
})
