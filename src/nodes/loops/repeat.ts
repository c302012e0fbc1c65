// Repeat: a loop with a fixed number of iterations that carries any number of values.
import { NodeError } from '../../engine/messages/fault.ts'
import { hostNumber } from '../../engine/base/values.ts'
import type { Timestep } from '../../engine/process/values.ts'
import { defineLoop, param, slot } from '../define.ts'
import { samplingMessages } from '../../messages/sampling.ts'
import { carryValues, takeCarried, type CarriedValues } from './carried.ts'

/** The number of iterations up to timestep t: t + 1, or none for clean data (t = -1). */
function countRepeats({ t }: Timestep): number {
  const last = t[0]
  if (t.some((each) => each !== last)) {
    throw new NodeError({
      slot: 'until',
      message: samplingMessages.severalTimesteps({ count: t.length }),
      cure: samplingMessages.oneTimestep(),
    })
  }
  if (Number.isInteger(last) && last >= -1) return last + 1
  throw new NodeError({
    slot: 'until',
    message: samplingMessages.fractionalTimestep({ got: last }),
    cure: samplingMessages.connectTimestep(),
  })
}

export const [repeatStart, repeatEnd] = defineLoop({
  start: {
    type: 'diffusion/RepeatStart',
    category: 'loops',
    summary:
      'Start of a loop with a fixed number of iterations. Each iteration receives the value of the one before.',
    aliases: ['loop', 'for loop', 'iterate', 'while'],
    inputs: {
      value: slot.many(slot.any('Initial value')),
      until: slot.optional(
        slot.timestep('Runs t + 1 iterations, up to this timestep; overrides times'),
      ),
    },
    each: {
      value: slot.many(slot.like('value', 'Value of the previous iteration')),
      index: slot.onHost(slot.number('Iteration number: 0, 1, 2, ...')),
      t: slot.timestep('Iteration number as a timestep'),
    },
    params: {
      times: param.unless(
        'until',
        param.integer(
          10,
          { min: 0, max: 10_000_000 },
          'Number of iterations if until is not connected',
        ),
      ),
    },
  },
  end: {
    type: 'diffusion/RepeatEnd',
    category: 'loops',
    summary:
      'End of a Repeat loop: takes the value of each iteration and outputs that of the last one.',
    next: {
      value: slot.many(slot.any('Value for the next iteration')),
      again: slot.optional(slot.number('Ends the loop early as soon as it is not above 0')),
    },
    done: { value: slot.many(slot.like('value', 'Value after the last iteration')) },
    params: {},
  },
  carries: { value: 'value' },
  behaviour: {
    extents: ['times'],
    iterations: ({ until }, { start }) => (until ? countRepeats(until) : start.times),
    planned({ until }, { start }, wired) {
      // The run reports timesteps that differ, with their number for this batch.
      if (wired.has('until'))
        return until && new Set(until.t).size === 1 ? countRepeats(until) : undefined
      return wired.has('times') ? undefined : start.times
    },
    begin: (inputs): CarriedValues => takeCarried(inputs),
    each: (state, index) => ({
      ...state,
      index: hostNumber(index),
      t: { type: 'timestep', t: Float64Array.of(index) },
    }),
    advance: (state, next) => carryValues(state, next),
    done: (state) => state,
  },
})
