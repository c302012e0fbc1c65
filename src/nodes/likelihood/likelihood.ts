// The zone that adds up how unlikely data are: terms of the variational bound, or the change of the density along the ODE.
import { perItem } from '../../engine/coefficients.ts'
import { levelWidth, noiseNats, startNats } from '../../engine/likelihood.ts'
import { priorBits } from '../../engine/losses/index.ts'
import type { Conditional } from '../../engine/models/condition.ts'
import { conditioningOf, conditionOfItems, itemsOf } from '../../engine/models/condition.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Inputs, LoopBehaviour, LoopParams } from '../../engine/plan/op.ts'
import type { Levels } from '../../engine/schedule.ts'
import { levelsAt, tableOf } from '../../engine/schedule.ts'
import type { Scalar, Tensor } from '../../engine/tf.ts'
import { tf } from '../../engine/tf.ts'
import type { Transitions } from '../../engine/timesteps.ts'
import { endsOf } from '../../engine/timesteps.ts'
import type { Conditioning, Noise, NumberValue, Samples, ScheduleValue, Timesteps } from '../../engine/values.ts'
import { condition, defineLoop, history, integer, number, optional, samples, schedule, timestep, timesteps } from '../define.ts'
import { timesToCome } from '../sampling/sampling.ts'
import { batchSizeParam } from './batches.ts'

interface LikelihoodState {
  /** What travels along the ODE; at first the items of a batch, scaled to the first level. */
  x: Tensor
  /** How many steps x has travelled. */
  travelled: number
  /** Where batches before it have come to along the ODE. */
  reached: Tensor[]
  /** What each step of each batch said. */
  said: Tensor[]
  /** How many batches there are. */
  batches: number
}

interface StartInputs {
  x_0: Samples | Noise
  timesteps: Transitions
  schedule: ScheduleValue
  condition?: Conditional
}

/** Without a list all timesteps of a table, from noise to data. */
function startInputs(inputs: Inputs): StartInputs {
  const given = inputs as unknown as Omit<StartInputs, 'timesteps'> & { timesteps?: Timesteps }
  const all = () => allTimesteps(tableOf(given.schedule.schedule, 'A variational bound').T)
  return { ...given, timesteps: given.timesteps ?? all() }
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

/** Where each batch begins and ends among the items. */
function batchesOf({ x_0 }: StartInputs, { start: { batch_size } }: LoopParams): [start: number, end: number][] {
  const count = x_0.tensor.shape[0]!
  const size = (batch_size as number) || count
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => [i * size, Math.min(count, (i + 1) * size)])
}

function itemsOfBatch(inputs: Inputs, params: LoopParams, batch: number): Tensor {
  const given = startInputs(inputs)
  const batches = batchesOf(given, params)
  const [start, end] = batches[batch]!
  return batches.length === 1 ? given.x_0.tensor : given.x_0.tensor.slice(start, end - start)
}

function conditionOfBatch(given: StartInputs, params: LoopParams, batch: number): Conditioning | undefined {
  if (!given.condition) return undefined
  const [start, end] = batchesOf(given, params)[batch]!
  return conditionOfItems(conditioningOf(given.condition), start, end)
}

/** Where a batch begins on the way along the ODE. */
function departure(inputs: Inputs, params: LoopParams, batch: number): Tensor {
  const x = itemsOfBatch(inputs, params, batch)
  return startInputs(inputs).timesteps.t.length === 0 ? x : x.mul(perItem(levelsOf(inputs, 0).from.alpha, x))
}

/** The mean over items, of means over the items of each batch: of the first batches, if not all are there. */
function meanOverItems(means: readonly Tensor[], batches: readonly [start: number, end: number][]): Tensor {
  if (means.length === 1) return means[0]!
  const counts = batches.slice(0, means.length).map(([start, end]) => end - start)
  const all = counts.reduce((sum, count) => sum + count, 0)
  return tf.addN(means.map((mean, i) => mean.mul(counts[i]! / all)))
}

/** What is not in the terms: of the bound the KL at the noisiest end, of the ODE the density of the noise it has reached. */
function priorOf(state: LikelihoodState, inputs: Inputs, params: LoopParams): Scalar {
  const given = startInputs(inputs)
  const steps = given.timesteps.t.length
  if (steps === 0) return tf.scalar(0)
  const start = levelsOf(inputs, 0).from
  const reached = reachedIn(state)
  if (reached.length === 0) return priorBits(given.x_0.tensor, start).mean()
  const nats = reached.map((x, batch) => {
    const travelled = batch < state.reached.length ? steps : state.travelled
    return noiseNats(x, levelsOf(inputs, travelled - 1).to).mean()
  })
  return meanOverItems(nats, batchesOf(given, params)).sub(startNats(start)).div(Math.LN2) as Scalar
}

/** Where all batches that have begun have come to along the ODE; none, if it is a bound. */
const reachedIn = ({ x, travelled, reached }: LikelihoodState): Tensor[] => (travelled > 0 ? [...reached, x] : reached)

/** Of each step, the mean over the batches that have made it. */
function termsOf({ said }: LikelihoodState, given: StartInputs, params: LoopParams): Tensor[] {
  const steps = given.timesteps.t.length
  const batches = batchesOf(given, params)
  return said.slice(0, steps).map((_, step) =>
    meanOverItems(
      said.filter((_, i) => i % steps === step),
      batches,
    ),
  )
}

const behaviour: LoopBehaviour<LikelihoodState> = {
  extents: [],
  iterations: (inputs, params) => {
    const given = startInputs(inputs)
    return given.timesteps.t.length * batchesOf(given, params).length
  },
  label({ batches }, index, inputs) {
    const { t } = startInputs(inputs).timesteps
    const at = `t = ${t[index % t.length]}`
    return batches === 1 ? at : `${at}, batch ${Math.floor(index / t.length) + 1} of ${batches}`
  },

  begin(inputs, params) {
    const given = startInputs(inputs)
    if (given.condition) checkCondition(itemsOf(conditioningOf(given.condition)), given.x_0.tensor.shape[0]!)
    const batches = batchesOf(given, params).length
    return { x: departure(inputs, params, 0), travelled: 0, reached: [], said: [], batches }
  },

  each({ x }, index, inputs, params) {
    const given = startInputs(inputs)
    const { space } = given.x_0
    const count = given.timesteps.t.length
    const batch = Math.floor(index / count)
    const { from, to } = endsOf(given.timesteps, index % count)
    const condition = conditionOfBatch(given, params, batch)
    return {
      x_0: { type: 'samples', tensor: itemsOfBatch(inputs, params, batch), space },
      x_t: { type: 'samples', tensor: x, space },
      t: { type: 'timestep', ...from, place: { index: index % count, count } },
      t_prev: { type: 'timestep', ...to },
      ...(condition && { condition: { type: 'condition', condition } }),
    }
  },

  advance(state, next, index, inputs, params) {
    const said = [...state.said, (next.bits as NumberValue).tensor]
    const moved = next.x_next as Samples | Noise | undefined
    if (moved && moved.tensor.shape.join() !== state.x.shape.join()) {
      throw new NodeError({
        slot: 'x_next',
        message: `Expected the shape of x_t, [${state.x.shape}], got [${moved.tensor.shape}].`,
        cure: 'Wire here what LikelihoodStart made of x_t.',
      })
    }
    const here = moved ? { x: moved.tensor, travelled: state.travelled + 1 } : {}
    const made = { ...state, ...here, said }
    const count = startInputs(inputs).timesteps.t.length
    const batch = Math.floor(index / count)
    if ((index + 1) % count > 0 || batch + 1 === state.batches) return made
    return { ...made, x: departure(inputs, params, batch + 1), travelled: 0, reached: reachedIn(made) }
  },

  done(state, inputs, params) {
    const given = startInputs(inputs)
    const { space } = given.x_0
    const prior = priorOf(state, inputs, params)
    const levels = space === 'point' ? 0 : (params.end.dequantized_levels as number)
    const width = levels > 0 ? -Math.log2(levelWidth(levels)) : 0
    const terms = termsOf(state, given, params)
    const sum = terms.reduce((total: Tensor, term) => total.add(term), prior)
    const reached = reachedIn(state)
    return {
      bits_per_dim: { type: 'number', tensor: sum.add(width) as Scalar },
      prior: { type: 'number', tensor: prior },
      terms: { type: 'history', losses: terms, t: given.timesteps.t.slice(0, terms.length) },
      ...(reached.length > 0 && { x_T: { type: 'samples', tensor: tf.concat(reached), space } }),
    }
  },
}

function checkCondition(count: number, items: number) {
  if (count === 1 || count === items) return
  throw new NodeError({
    slot: 'condition',
    message: `Expected a condition for each item, [${items}], or one for all, got [${count}].`,
    cure: 'Take condition and x_0 from the same Batch.',
  })
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
      condition: optional(condition('labels, one per item or one for all')),
    },
    each: {
      x_0: samples('the clean data, the same at each t: noise it for the bound'),
      x_t: samples('as far as it has come along the ODE'),
      t: timestep('where it is'),
      t_prev: timestep('where the step leads; -1 is clean data'),
      condition: condition('of the items of x_0, if one is wired'),
    },
    foresees: ({ timesteps, schedule }, wired) => {
      const bound = wired.has('timesteps') || schedule?.schedule.kind !== 'table' ? undefined : allTimesteps(schedule.schedule.T)
      const list = timesteps ?? bound
      return list ? timesToCome(list) : {}
    },
    params: { batch_size: batchSizeParam },
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
      terms: history('what each step said, by t'),
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
