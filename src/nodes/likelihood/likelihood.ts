// The likelihood zone: sums the terms of the variational bound, or the change of log density along
// the probability flow ODE.
import { perItem } from '../../engine/process/coefficients.ts'
import { levelWidth, noiseNats, startNats } from '../../engine/process/likelihood.ts'
import { priorBits } from '../../engine/losses/index.ts'
import type { Conditional } from '../../engine/models/condition.ts'
import { toConditioning, sliceCondition, countItems } from '../../engine/models/condition.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Levels, Schedule } from '../../engine/process/schedule.ts'
import { levelsAt, requireTable } from '../../engine/process/schedule.ts'
import type { Scalar, Tensor } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import type { Transitions } from '../../engine/process/timesteps.ts'
import { getTransition } from '../../engine/process/timesteps.ts'
import type { Conditioning, Noise, Samples } from '../../engine/base/values.ts'
import type { ScheduleValue } from '../../engine/process/values.ts'
import { defineLoop, param, slot } from '../define.ts'
import { transitionTimes } from '../sampling/sampling.ts'
import { batchSizeParam } from './batches.ts'
import { samplingMessages } from '../../messages/sampling.ts'
import { processMessages } from '../../engine/messages/process.ts'

interface LikelihoodState {
  /** State of the ODE; initially the items of a batch, scaled to the first level. */
  x: Tensor
  /** Number of steps taken by x. */
  travelled: number
  /** Final ODE states of the previous batches. */
  reached: Tensor[]
  /** Terms of each step of each batch. */
  terms: Tensor[]
  /** Number of batches. */
  batches: number
}

/** Inputs of the loop in the order of its iterations. */
interface Pass {
  x_0: Samples | Noise
  /** Transitions; by default all timesteps of a table, from noise to data. */
  timesteps: Transitions
  schedule: Schedule
  condition: Conditional | undefined
  /** Range of items of each batch. */
  batches: readonly [start: number, end: number][]
}

interface PassInputs {
  x_0: Samples | Noise
  timesteps: Transitions | undefined
  schedule: ScheduleValue
  condition: Conditional | undefined
}

function createPass(
  { x_0, timesteps, schedule: { schedule }, condition }: PassInputs,
  { start: { batch_size } }: { start: { batch_size: number } },
): Pass {
  const count = x_0.tensor.shape[0]
  const size = batch_size || count
  return {
    x_0,
    timesteps: timesteps ?? createAllTransitions(requireTable(schedule).T),
    schedule,
    condition,
    batches: Array.from({ length: Math.ceil(count / size) }, (_, i) => [
      i * size,
      Math.min(count, (i + 1) * size),
    ]),
  }
}

function createAllTransitions(T: number): Transitions {
  const t = Float64Array.from({ length: T }, (_, i) => T - 1 - i)
  return { t, tPrev: t.map((step) => step - 1) }
}

/** Returns the levels of both ends of transition i. */
function transitionLevels({ timesteps, schedule }: Pass, i: number): { from: Levels; to: Levels } {
  const { from, to } = getTransition(timesteps, i)
  return { from: levelsAt(schedule, from), to: levelsAt(schedule, to) }
}

function itemsOfBatch({ x_0, batches }: Pass, batch: number): Tensor {
  const [start, end] = batches[batch]
  return batches.length === 1 ? x_0.tensor : x_0.tensor.slice(start, end - start)
}

function conditionOfBatch({ condition, batches }: Pass, batch: number): Conditioning | undefined {
  if (!condition) return undefined
  const [start, end] = batches[batch]
  return sliceCondition(toConditioning(condition), start, end)
}

/** Returns the initial ODE state of a batch. */
function initialState(pass: Pass, batch: number): Tensor {
  const x = itemsOfBatch(pass, batch)
  return pass.timesteps.t.length === 0 ? x : x.mul(perItem(transitionLevels(pass, 0).from.alpha, x))
}

/** Averages batch means over items; over the first batches if not all are finished. */
function meanOverItems(
  means: readonly Tensor[],
  batches: readonly [start: number, end: number][],
): Tensor {
  if (means.length === 1) return means[0]
  const counts = batches.slice(0, means.length).map(([start, end]) => end - start)
  const all = counts.reduce((sum, count) => sum + count, 0)
  return tf.addN(means.map((mean, i) => mean.mul(counts[i] / all)))
}

/**
 * Returns the prior term: for the bound, the KL at the noisiest level; for the ODE, the density of
 * the reached noise.
 */
function priorTerm(state: LikelihoodState, pass: Pass): Scalar {
  const steps = pass.timesteps.t.length
  if (steps === 0) return tf.scalar(0)
  const start = transitionLevels(pass, 0).from
  const reached = getReachedStates(state)
  if (reached.length === 0) return priorBits(pass.x_0.tensor, start).mean()
  const nats = reached.map((x, batch) => {
    const travelled = batch < state.reached.length ? steps : state.travelled
    return noiseNats(x, transitionLevels(pass, travelled - 1).to).mean()
  })
  return meanOverItems(nats, pass.batches).sub(startNats(start)).div(Math.LN2) as Scalar
}

/** Returns the ODE states of all started batches; none for the bound. */
const getReachedStates = ({ x, travelled, reached }: LikelihoodState): Tensor[] =>
  travelled > 0 ? [...reached, x] : reached

/** Returns the mean term of each step, over the batches that have reached it. */
function meanTerms({ terms }: LikelihoodState, { timesteps, batches }: Pass): Tensor[] {
  const steps = timesteps.t.length
  return terms.slice(0, steps).map((_, step) =>
    meanOverItems(
      terms.filter((_, i) => i % steps === step),
      batches,
    ),
  )
}

function checkConditionCount(count: number, items: number) {
  if (count === 1 || count === items) return
  throw new NodeError({
    slot: 'condition',
    message: samplingMessages.conditions({ expected: items, got: count }),
    cure: samplingMessages.sameBatch(),
  })
}

export const [likelihoodStart, likelihoodEnd] = defineLoop({
  start: {
    type: 'diffusion/LikelihoodStart',
    category: 'evaluate',
    summary:
      'Start of a likelihood loop: runs over all timesteps for the terms of the variational bound, or from data to noise along the probability flow ODE.',
    aliases: ['likelihood loop'],
    source: 'Ho et al. 2020, eq. 5; Song et al. 2021, section 4.3',
    inputs: {
      x_0: slot.samples('Clean data'),
      timesteps: slot.optional(
        slot.timesteps(
          'For the ODE: from data to noise, from FlipTimesteps. If not connected, all timesteps, for the bound',
        ),
      ),
      schedule: slot.schedule('Schedule that the model was trained with'),
      condition: slot.optional(slot.condition('Labels, one per item or one for all')),
    },
    each: {
      x_0: slot.samples('Clean data, the same at each t; add noise to it for the bound'),
      x_t: slot.samples('Current position along the ODE'),
      t: slot.timestep('Current timestep'),
      t_prev: slot.timestep('Timestep after the step; -1 is clean data'),
      condition: slot.condition('Condition of the items of x_0, if connected'),
    },
    staticOutputs: ({ timesteps, schedule }, wired) => {
      const bound =
        wired.has('timesteps') || schedule?.schedule.kind !== 'table'
          ? undefined
          : createAllTransitions(schedule.schedule.T)
      const list = timesteps ?? bound
      return list ? transitionTimes(list) : {}
    },
    params: { batch_size: batchSizeParam },
  },
  end: {
    type: 'diffusion/LikelihoodEnd',
    category: 'evaluate',
    summary:
      'End of a likelihood loop: adds up the terms of all steps and the prior. The result is the negative log-likelihood in bits per dimension.',
    equation:
      'L_T + \\sum_t L_t \\quad \\text{or} \\quad -\\log p(x_T) - \\int \\mathrm{tr} \\frac{\\partial v}{\\partial x} d\\theta',
    next: {
      bits: slot.number('Term of VLBLoss, or bits of LikelihoodStep'),
      x_next: slot.optional(
        slot.samples('From LikelihoodStep; variational bound if not connected'),
      ),
    },
    done: {
      bits_per_dim: slot.number(
        '-log p of the data, mean over the batch; an upper limit if computed by the bound',
      ),
      prior: slot.number('Contribution of the prior'),
      terms: slot.history('Contribution of each step, by t'),
      x_T: slot.samples('Noise that the ODE maps the data to'),
    },
    params: {
      dequantized_levels: param.integer(
        0,
        { min: 0, max: 65536 },
        'Levels of Dequantize, to convert the density to the probability of a level; 0: continuous data',
      ),
    },
  },
  carries: { x_next: 'x_t' },
  behaviour: {
    extents: [],
    iterations(inputs, params) {
      const { timesteps, batches } = createPass(inputs, params)
      return timesteps.t.length * batches.length
    },
    // For one batch: the number of items is known only during the run.
    planned: ({ timesteps }) => timesteps?.t.length,

    begin(inputs, params): LikelihoodState {
      const pass = createPass(inputs, params)
      if (pass.condition)
        checkConditionCount(countItems(toConditioning(pass.condition)), pass.x_0.tensor.shape[0])
      const batches = pass.batches.length
      return { x: initialState(pass, 0), travelled: 0, reached: [], terms: [], batches }
    },

    each({ x }, index, inputs, params) {
      const pass = createPass(inputs, params)
      const { space } = pass.x_0
      const count = pass.timesteps.t.length
      const batch = Math.floor(index / count)
      const { from, to } = getTransition(pass.timesteps, index % count)
      const condition = conditionOfBatch(pass, batch)
      return {
        x_0: { type: 'samples', tensor: itemsOfBatch(pass, batch), space },
        x_t: { type: 'samples', tensor: x, space },
        t: { type: 'timestep', ...from, place: { index: index % count, count } },
        t_prev: { type: 'timestep', ...to },
        ...(condition && { condition: { type: 'condition', condition } }),
      }
    },

    advance(state, { bits, x_next: xNext }, index, inputs, params) {
      const terms = [...state.terms, bits.tensor]
      if (xNext && xNext.tensor.shape.join() !== state.x.shape.join()) {
        throw new NodeError({
          slot: 'x_next',
          message: processMessages.shape({
            like: 'x_t',
            expected: state.x.shape,
            shape: xNext.tensor.shape,
          }),
          cure: samplingMessages.connectLikelihoodStep(),
        })
      }
      const position = xNext ? { x: xNext.tensor, travelled: state.travelled + 1 } : {}
      const next: LikelihoodState = { ...state, ...position, terms }
      const pass = createPass(inputs, params)
      const count = pass.timesteps.t.length
      const batch = Math.floor(index / count)
      if ((index + 1) % count > 0 || batch + 1 === state.batches) return next
      return {
        ...next,
        x: initialState(pass, batch + 1),
        travelled: 0,
        reached: getReachedStates(next),
      }
    },

    done(state, inputs, params) {
      const pass = createPass(inputs, params)
      const { space } = pass.x_0
      const prior = priorTerm(state, pass)
      const levels = space === 'point' ? 0 : params.end.dequantized_levels
      const width = levels > 0 ? -Math.log2(levelWidth(levels)) : 0
      const terms = meanTerms(state, pass)
      const sum = terms.reduce((total: Tensor, term) => total.add(term), prior)
      const reached = getReachedStates(state)
      return {
        bits_per_dim: { type: 'number', tensor: sum.add(width) as Scalar },
        prior: { type: 'number', tensor: prior },
        terms: { type: 'history', losses: terms, t: pass.timesteps.t.slice(0, terms.length) },
        ...(reached.length > 0 && { x_T: { type: 'samples', tensor: tf.concat(reached), space } }),
      }
    },

    label({ batches }, index, { timesteps, schedule }) {
      const { t } = timesteps ?? createAllTransitions(requireTable(schedule.schedule).T)
      const at = `t = ${t[index % t.length]}`
      return batches === 1 ? at : `${at}, batch ${Math.floor(index / t.length) + 1} of ${batches}`
    },
  },
})
