// DPM-Solver, UniPC, DEIS, SA-Solver and PNDM in closed loop against recorded trajectories of diffusers.
import { describe, expect, test } from 'vitest'
import type { DPMSolverOptions } from '../../src/engine/samplers/dpmSolver.ts'
import { dpmSolverStep } from '../../src/engine/samplers/dpmSolver.ts'
import type { OpenStep } from '../../src/engine/samplers/dpmSolverSinglestep.ts'
import { dpmSolverSinglestep, evaluationOf } from '../../src/engine/samplers/dpmSolverSinglestep.ts'
import { deisStep } from '../../src/engine/samplers/deis.ts'
import type { Terms } from '../../src/engine/samplers/exponential.ts'
import { orderOf } from '../../src/engine/samplers/exponential.ts'
import type { StepHistory } from '../../src/engine/samplers/history.ts'
import { remember } from '../../src/engine/samplers/history.ts'
import { held } from '../../src/engine/samplers/hold.ts'
import type { Said } from '../../src/engine/samplers/pndm.ts'
import { middleOf, plmsStep, pndmStep } from '../../src/engine/samplers/pndm.ts'
import type { SASolverState } from '../../src/engine/samplers/saSolver.ts'
import { saSolverStep } from '../../src/engine/samplers/saSolver.ts'
import type { UniPCState } from '../../src/engine/samplers/unipc.ts'
import { unipcStep } from '../../src/engine/samplers/unipc.ts'
import { convertPrediction } from '../../src/engine/prediction.ts'
import type { Levels, Schedule } from '../../src/engine/schedule.ts'
import { levelsAt } from '../../src/engine/schedule.ts'
import type { Tensor } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import { endsOf } from '../../src/engine/timesteps.ts'
import type { StepPlace } from '../../src/engine/values.ts'
import { onCpu } from '../backends.ts'
import type { SchedulerCase } from '../schedulers.ts'
import { casesOf, expectTrajectory, initialOf, models, noisesOf, transitionsOf } from '../schedulers.ts'

interface SolverConfig {
  algorithm_type?: 'dpmsolver' | 'dpmsolver++' | 'sde-dpmsolver' | 'sde-dpmsolver++'
  solver_order?: number
  solver_type?: 'midpoint' | 'heun' | 'bh1' | 'bh2'
  lower_order_final?: boolean
  euler_at_final?: boolean
  use_flow_sigmas?: boolean
  predict_x0?: boolean
  disable_corrector?: number[]
  predictor_order?: number
  corrector_order?: number
  skip_prk_steps?: boolean
}
type Case = SchedulerCase & { config_given: SolverConfig }

/** Both ends of each of our steps. */
function levelsOf(recorded: Case): { schedule: Schedule; ends: { from: Levels; to: Levels }[] } {
  const { schedule, transitions } = transitionsOf(recorded)
  const ends = Array.from(transitions.t, (_, i) => {
    const { from, to } = endsOf(transitions, i)
    return { from: levelsAt(schedule, from), to: levelsAt(schedule, to) }
  })
  return { schedule, ends }
}

/** x_0 as the case's model says, held as it says. */
function denoiser(recorded: Case): (x: Tensor, at: Levels) => Tensor {
  const { config_given: config, model } = recorded
  const { prediction_type: predicts = 'epsilon' } = config
  const hold = config.thresholding
    ? { quantile: config.dynamic_thresholding_ratio ?? 0.995, most: config.sample_max_value ?? 1 }
    : undefined
  return (x, at) => {
    const { t, sigma } = at
    if (!recorded.id.startsWith('EDM')) return held(convertPrediction(models[model](x, t[0]!), x, at, predicts, 'sample'), hold)
    // Karras et al. 2022, table 1, with σ_data = 1/2; with v_prediction diffusers turns the sign of the network round.
    const length = Math.sqrt(sigma[0]! ** 2 + 0.25)
    const out = models[model](x.div(length), t[0]!).mul(((predicts === 'v_prediction' ? -0.5 : 0.5) * sigma[0]!) / length)
    return x.mul(0.25 / length ** 2).add(out)
  }
}

const epsilonOf = (x0: Tensor, x: Tensor, at: Levels) => convertPrediction(x0, x, at, 'sample', 'epsilon')

interface Now {
  x: Tensor
  x0: Tensor
  epsilon: Tensor
  from: Levels
  to: Levels
  place: StepPlace
  z: Tensor | undefined
}

/** A solver as the node of its name runs it: gives x and what it remembers. */
type Solver = (now: Now, state: never) => { x: Tensor; state: unknown }

const algorithms = {
  'dpmsolver++': { terms: 'data', eta: 0 },
  dpmsolver: { terms: 'noise', eta: 0 },
  'sde-dpmsolver++': { terms: 'data', eta: 1 },
  'sde-dpmsolver': { terms: 'noise', eta: 1 },
} as const

const valueOf = (terms: Terms, { x0, epsilon }: Now) => (terms === 'data' ? x0 : epsilon)

function multistep({ config_given: config }: Case): Solver {
  const { terms, eta } = algorithms[config.algorithm_type ?? 'dpmsolver++']
  const type = (config.solver_type ?? 'midpoint') as DPMSolverOptions['type']
  return (now, history: StepHistory = []) => {
    const { x, from, to, place, z } = now
    const lowered = (config.lower_order_final ?? true) && place.count < 15
    const last = config.euler_at_final && place.index === place.count - 1
    const order = last ? 1 : orderOf(config.solver_order ?? 2, to, place, lowered)
    const value = valueOf(terms, now)
    return {
      x: dpmSolverStep(x, value, from, to, history, { terms, eta, order, type }, z),
      state: remember(history, { value, at: from }, 2),
    }
  }
}

function singlestep({ config_given: config }: Case): Solver {
  const { terms, eta } = algorithms[config.algorithm_type ?? 'dpmsolver++']
  const type = (config.solver_type ?? 'midpoint') as 'midpoint' | 'heun'
  return (now, open: OpenStep | undefined) => {
    const { x, from, to, place, z } = now
    const evaluation = evaluationOf(config.solver_order ?? 2, open, place, true)
    const made = dpmSolverSinglestep(x, valueOf(terms, now), from, to, open, { terms, eta, type, evaluation }, z)
    return { x: made.x, state: made.open }
  }
}

function deis({ config_given: config }: Case): Solver {
  return ({ x, epsilon, from, to, place }, history: StepHistory = []) => ({
    x: deisStep(x, epsilon, from, to, history, orderOf(config.solver_order ?? 2, to, place, true)),
    state: remember(history, { value: epsilon, at: from }, 2),
  })
}

function unipc({ config_given: config }: Case): Solver {
  const terms = (config.predict_x0 ?? true) ? 'data' : 'noise'
  const type = (config.solver_type ?? 'bh2') as 'bh1' | 'bh2'
  return (now, state: UniPCState = { history: [], made: 0 }) => {
    const { x, from, to, place } = now
    const order = orderOf(config.solver_order ?? 2, to, place, config.lower_order_final ?? true)
    const corrects = !config.disable_corrector?.includes(place.index - 1)
    return unipcStep(x, valueOf(terms, now), from, to, state, { terms, type, order, corrects })
  }
}

function saSolver({ config_given: config }: Case): Solver {
  return ({ x, x0, from, to, place, z }, state: SASolverState = { history: [] }) => {
    const tau = from.t[0]! >= 200 && from.t[0]! <= 800 ? 1 : 0
    const orders = {
      predictorOrder: orderOf(config.predictor_order ?? 2, to, place, true),
      correctorOrder: orderOf((config.corrector_order ?? 2) - 1, to, place, true) + 1,
    }
    return saSolverStep(x, x0, from, to, state, { terms: 'data', tau, ...orders }, z)
  }
}

/** x after each step. */
function trajectoryOf(recorded: Case, solver: Solver): Tensor[] {
  return tf.tidy(() => {
    const { ends } = levelsOf(recorded)
    const denoise = denoiser(recorded)
    let [x, state] = [initialOf(recorded), undefined as unknown]
    return ends.map(({ from, to }, index) => {
      const x0 = denoise(x, from)
      const place = { index, count: ends.length }
      const [z] = noisesOf(recorded, index)
      const made = solver({ x, x0, epsilon: epsilonOf(x0, x, from), from, to, place, z }, state as never)
      ;({ x, state } = made)
      return x
    })
  })
}

/** What diffusers lists of a step of PNDM: the places where it asked again, and where it led. */
function pndmTrajectory(recorded: Case): Tensor[] {
  const { config_given: config, model } = recorded
  const { prediction_type: predicts = 'epsilon', skip_prk_steps } = config
  const { schedule, ends } = levelsOf(recorded)
  return tf.tidy(() => {
    const frames: Tensor[] = []
    // The model's own output takes part, whatever it is: with v that is not ε as in the paper.
    const say = (x: Tensor, { t }: Levels): Said => ({ tensor: models[model](x, t[0]!), predicts })
    let [x, said] = [initialOf(recorded), [] as Said[]]
    for (const { from, to } of ends) {
      said = [say(x, from), ...said].slice(0, 4)
      x = pndmStep(x, said, from, to, {
        start: skip_prk_steps ? 'plms' : 'prk',
        middle: () => middleOf(schedule, from, to),
        ask: (y, at) => {
          frames.push(y)
          return say(y, at)
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
    return levelsOf(recorded).ends.map(({ from, to }, i) => {
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
  { scheduler: 'DPMSolverMultistepScheduler', of: multistep, count: 36 },
  { scheduler: 'DPMSolverMultistepInverseScheduler', of: multistep, count: 1 },
  { scheduler: 'DPMSolverSinglestepScheduler', of: singlestep, count: 10 },
  { scheduler: 'EDMDPMSolverMultistepScheduler', of: multistep, count: 8 },
  { scheduler: 'UniPCMultistepScheduler', of: unipc, count: 18 },
  { scheduler: 'DEISMultistepScheduler', of: deis, count: 7 },
  { scheduler: 'SASolverScheduler', of: saSolver, count: 2 },
] as const

onCpu(() => {
  describe.each(suites)('$scheduler', ({ scheduler, of, count }) => {
    const cases = casesOf<Case>(scheduler)
    test('all cases are here', () => expect(cases.length).toBe(count))
    test.each(cases)('$id', async (recorded) => {
      await expectTrajectory(recorded, trajectoryOf(recorded, of(recorded)))
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
