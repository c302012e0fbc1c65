// The zone that adds up how unlikely data are: terms of the variational bound, or the change of the density along the ODE.
import { perItem } from '../../engine/coefficients.ts'
import { levelWidth, noiseNats, startNats } from '../../engine/likelihood.ts'
import { priorBits } from '../../engine/losses/index.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Inputs, LoopBehaviour } from '../../engine/plan/op.ts'
import type { Levels } from '../../engine/schedule.ts'
import { levelsAt, tableOf } from '../../engine/schedule.ts'
import type { Scalar, Tensor } from '../../engine/tf.ts'
import { tf } from '../../engine/tf.ts'
import type { Transitions } from '../../engine/timesteps.ts'
import { endsOf } from '../../engine/timesteps.ts'
import type { Noise, NumberValue, Samples, ScheduleValue, Timesteps } from '../../engine/values.ts'
import { defineLoop, history, integer, number, optional, samples, schedule, timestep, timesteps } from '../define.ts'
import { timesToCome } from '../sampling/sampling.ts'

interface LikelihoodState {
  /** What travels along the ODE; at first the data, scaled to the first level. */
  x: Tensor
  /** How many steps x has travelled. */
  travelled: number
  terms: Tensor[]
}

interface StartInputs {
  x_0: Samples | Noise
  timesteps: Transitions
  schedule: ScheduleValue
}

/** Without a list all timesteps of a table, from noise to data. */
function startInputs(inputs: Inputs): StartInputs {
  const { x_0, timesteps, schedule } = inputs as unknown as Omit<StartInputs, 'timesteps'> & { timesteps?: Timesteps }
  return { x_0, schedule, timesteps: timesteps ?? allTimesteps(tableOf(schedule.schedule, 'A variational bound').T) }
}

function allTimesteps(T: number): Transitions {
  const t = Float64Array.from({ length: T }, (_, i) => T - 1 - i)
  return { t, tPrev: t.map((step) => step - 1) }
}

/** The levels of both ends of transition i. */
function levelsOf(inputs: Inputs, i: number): { from: Levels; to: Levels } {
  const { timesteps, schedule } = startInputs(inputs)
  const { from, to } = endsOf(timesteps, i)
  return { from: levelsAt(schedule.schedule, from), to: levelsAt(schedule.schedule, to) }
}

/** What is not in the terms: of the bound the KL at the noisiest end, of the ODE the density of the noise it has reached. */
function priorOf({ x, travelled }: LikelihoodState, inputs: Inputs): Scalar {
  const { x_0, timesteps } = startInputs(inputs)
  if (timesteps.t.length === 0) return tf.scalar(0)
  const start = levelsOf(inputs, 0).from
  if (travelled === 0) return priorBits(x_0.tensor, start).mean()
  const reached = noiseNats(x, levelsOf(inputs, travelled - 1).to).mean()
  return reached.sub(startNats(start)).div(Math.LN2) as Scalar
}

const behaviour: LoopBehaviour<LikelihoodState> = {
  extents: [],
  iterations: (inputs) => startInputs(inputs).timesteps.t.length,
  label: (_, index, inputs) => `t = ${startInputs(inputs).timesteps.t[index]}`,

  begin(inputs) {
    const { x_0, timesteps } = startInputs(inputs)
    if (timesteps.t.length === 0) return { x: x_0.tensor, travelled: 0, terms: [] }
    return { x: x_0.tensor.mul(perItem(levelsOf(inputs, 0).from.alpha, x_0.tensor)), travelled: 0, terms: [] }
  },

  each({ x }, index, inputs) {
    const { x_0, timesteps } = startInputs(inputs)
    const { from, to } = endsOf(timesteps, index)
    return {
      x_0: { ...x_0, type: 'samples' },
      x_t: { type: 'samples', tensor: x, space: x_0.space },
      t: { type: 'timestep', ...from, place: { index, count: timesteps.t.length } },
      t_prev: { type: 'timestep', ...to },
    }
  },

  advance({ x, travelled, terms }, next) {
    const added = [...terms, (next.bits as NumberValue).tensor]
    const moved = next.x_next as Samples | Noise | undefined
    if (!moved) return { x, travelled, terms: added }
    if (moved.tensor.shape.join() !== x.shape.join()) {
      throw new NodeError({
        slot: 'x_next',
        message: `Expected the shape of x_t, [${x.shape}], got [${moved.tensor.shape}].`,
        cure: 'Wire here what LikelihoodStep made of x_t.',
      })
    }
    return { x: moved.tensor, travelled: travelled + 1, terms: added }
  },

  done(state, inputs, { end }) {
    const { space } = startInputs(inputs).x_0
    const { x, travelled, terms } = state
    const prior = priorOf(state, inputs)
    const levels = space === 'point' ? 0 : (end.dequantized_levels as number)
    const width = levels > 0 ? -Math.log2(levelWidth(levels)) : 0
    const sum = terms.reduce((total: Tensor, term) => total.add(term), prior)
    return {
      bits_per_dim: { type: 'number', tensor: sum.add(width) as Scalar },
      prior: { type: 'number', tensor: prior },
      terms: { type: 'history', losses: terms },
      ...(travelled > 0 && { x_T: { type: 'samples', tensor: x, space } }),
    }
  },
}

export const [likelihoodStart, likelihoodEnd] = defineLoop({
  start: {
    type: 'diffusion/LikelihoodStart',
    category: 'evaluate',
    summary:
      'Begins to count how unlikely data are: goes over all timesteps, for the terms of the variational bound, or upward along the ODE.',
    source: 'Ho et al. 2020, eq. 5; Song et al. 2021, section 4.3',
    inputs: {
      x_0: samples('clean data'),
      timesteps: optional(timesteps('of the ODE: upward, from FlipTimesteps; unwired: all there are, for the bound')),
      schedule: schedule('the one the model was trained with'),
    },
    each: {
      x_0: samples('the clean data, the same each time: noise it for the bound'),
      x_t: samples('as far as it has come along the ODE'),
      t: timestep('where it is'),
      t_prev: timestep('where the step leads; -1 is clean data'),
    },
    foresees: ({ timesteps, schedule }, wired) => {
      const bound = wired.has('timesteps') || schedule?.schedule.kind !== 'table' ? undefined : allTimesteps(schedule.schedule.T)
      const list = timesteps ?? bound
      return list ? timesToCome(list) : {}
    },
    params: {},
  },
  end: {
    type: 'diffusion/LikelihoodEnd',
    category: 'evaluate',
    summary:
      'Ends the count: adds up what each step says, and what the noise at the end costs. Negative log-likelihood in bits for each number of the data.',
    equation:
      'L_T + \\sum_t L_t \\quad \\text{or} \\quad -\\log p(x_T) - \\int \\mathrm{tr} \\frac{\\partial v}{\\partial x} d\\theta',
    next: {
      bits: number('the term of VLBLoss, or the bits of LikelihoodStep'),
      x_next: optional(samples('from LikelihoodStep; unwired: a variational bound')),
    },
    done: {
      bits_per_dim: number('-log p of the data, the mean over the batch; of the bound: at most so much'),
      prior: number('the part of the noise'),
      terms: history('what each step said'),
      x_T: samples('the noise that the ODE made of the data'),
    },
    params: {
      dequantized_levels: integer(
        0,
        { min: 0, max: 65536 },
        'of data from Dequantize: its levels, so that a density counts as the probability of a level; 0: none, the density as it is',
      ),
    },
  },
  carries: { x_next: 'x_t' },
  behaviour: behaviour as LoopBehaviour<never>,
})
