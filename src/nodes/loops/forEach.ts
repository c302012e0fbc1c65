// ForEach: a loop over the elements of a list, which collects numbers and samples.
import { NodeError } from '../../engine/messages/fault.ts'
import type { Scalar, Tensor } from '../../engine/base/tf.ts'
import {
  hostNumber,
  type History,
  type Loss,
  type NumberValue,
  type Samples,
  type Space,
  type Trajectory,
} from '../../engine/base/values.ts'
import type { Timestep, Timesteps } from '../../engine/process/values.ts'
import { getTransition } from '../../engine/process/timesteps.ts'
import { defineLoop, param, slot } from '../define.ts'
import { samplingMessages } from '../../messages/sampling.ts'
import { wiredSlots } from '../observers/read.ts'
import { transitionTimes } from '../sampling/sampling.ts'
import { parseElements, toElement, type Element } from './elements.ts'

interface ForEachState {
  /** Elements of all iterations. */
  elements: Element[]
  /** Collected values of the iterations so far, by the index of their slot. */
  numbers: Record<string, Scalar[]>
  samples: Record<string, { frames: Tensor[]; space: Space }>
  /** Iterations so far. */
  index: number
}

const listElements = (list: string, timesteps: Timesteps | undefined): Element[] =>
  timesteps ? Array.from(timesteps.t, toElement) : parseElements(list)

/** Returns the times of an element: of a transition, or of this number and the next one. */
function elementTimes(
  { elements }: ForEachState,
  index: number,
  timesteps: Timesteps | undefined,
): Record<string, Timestep> {
  if (timesteps) {
    const { from, to } = getTransition(timesteps, index)
    return { t: { type: 'timestep', ...from }, t_prev: { type: 'timestep', ...to } }
  }
  const [now, next] = [elements[index].number, elements[index + 1]?.number ?? -1]
  if (now === undefined) return {}
  return {
    t: { type: 'timestep', t: Float64Array.of(now) },
    t_prev: { type: 'timestep', t: Float64Array.of(next) },
  }
}

/** Positions on the x axis: the numbers, or the indices of names. */
const positions = ({ elements, index }: ForEachState): Float64Array => {
  const done = elements.slice(0, index)
  const named = done.some(({ number }) => number === undefined)
  return Float64Array.from(done, ({ number }, i) => (named ? i : (number ?? i)))
}

function appendFrame(
  slot: string,
  before: ForEachState['samples'][string] | undefined,
  { tensor, space }: Pick<Samples, 'tensor' | 'space'>,
) {
  const [first] = before?.frames ?? []
  if (first && String(first.shape) !== String(tensor.shape))
    throw new NodeError({
      slot,
      message: samplingMessages.otherSamples({ expected: first.shape, got: tensor.shape }),
      cure: samplingMessages.sameSamples(),
    })
  return { frames: [...(before?.frames ?? []), tensor], space }
}

const slotIndex = (slot: string): string => slot.slice(slot.lastIndexOf('_') + 1)

export const [forEachStart, forEachEnd] = defineLoop({
  start: {
    type: 'diffusion/ForEachStart',
    category: 'loops',
    summary:
      'Start of a loop over a list of numbers or names. Every iteration draws the same random numbers, as separate runs do.',
    aliases: ['map', 'parameter sweep', 'for each loop'],
    inputs: {
      timesteps: slot.optional(slot.timesteps('Runs over these timesteps; overrides list')),
    },
    each: {
      number: slot.onHost(slot.number('Current number')),
      text: slot.text('Current number or name as text'),
      t: slot.timestep('Current number as a timestep'),
      t_prev: slot.timestep('Next number as a timestep; -1 after the last'),
      index: slot.onHost(slot.number('Iteration number: 0, 1, 2, ...')),
    },
    staticOutputs: ({ timesteps }) => (timesteps ? transitionTimes(timesteps) : {}),
    params: {
      list: param.unless(
        'timesteps',
        param.text('1, 2, 5, 10', 'Numbers or names, separated by commas; 0:10:2 is 0, 2, 4, 6, 8'),
      ),
      name: param.text('', 'Name of the numbers, for charts and progress'),
    },
  },
  end: {
    type: 'diffusion/ForEachEnd',
    category: 'loops',
    summary:
      'End of a ForEach loop: collects one number and one batch of samples per iteration, for charts and films.',
    next: {
      number: slot.many(slot.optional(slot.number('Number of each iteration'))),
      samples: slot.many(slot.optional(slot.samples('Samples of each iteration'))),
    },
    done: {
      history: slot.manyPer(
        'number',
        slot.history('Numbers of all iterations, over those of the list'),
      ),
      frames: slot.manyPer('samples', slot.trajectory('Samples of all iterations')),
    },
    params: {},
  },
  carries: {},
  behaviour: {
    extents: [],
    samePath: true,
    iterations: ({ timesteps }, { start }) => listElements(start.list, timesteps).length,
    planned: ({ timesteps }, { start }, wired) =>
      wired.has('timesteps') ? timesteps?.t.length : parseElements(start.list).length,
    begin: ({ timesteps }, { start }): ForEachState => ({
      elements: listElements(start.list, timesteps),
      numbers: {},
      samples: {},
      index: 0,
    }),
    each(state, index, { timesteps }) {
      const element = state.elements[index]
      return {
        ...(element.number !== undefined && { number: hostNumber(element.number) }),
        text: { type: 'text', text: element.text },
        ...elementTimes(state, index, timesteps),
        index: hostNumber(index),
      }
    },
    advance(state, next, index) {
      const numbers = { ...state.numbers }
      for (const [slot, { tensor }] of wiredSlots<NumberValue | Loss>(next, 'number'))
        numbers[slotIndex(slot)] = [...(numbers[slotIndex(slot)] ?? []), tensor]
      const samples = { ...state.samples }
      for (const [slot, value] of wiredSlots<Samples>(next, 'samples'))
        samples[slotIndex(slot)] = appendFrame(slot, samples[slotIndex(slot)], value)
      return { ...state, numbers, samples, index: index + 1 }
    },
    done(state, _, { start }) {
      const x = positions(state)
      const xName = start.name.trim()
      const histories: Record<`history_${number}`, History> = {}
      for (const [i, losses] of Object.entries(state.numbers))
        histories[`history_${Number(i)}`] = {
          type: 'history',
          losses,
          x,
          ...(xName && { xName }),
        }
      const films: Record<`frames_${number}`, Trajectory> = {}
      for (const [i, { frames, space }] of Object.entries(state.samples))
        films[`frames_${Number(i)}`] = { type: 'trajectory', t: x, frames, space }
      return { ...histories, ...films }
    },
    label: ({ elements }, index) => elements[index]?.text ?? '',
  },
})
