// The plainest loop: as many values as are wired go round a number of times.
import { NodeError } from '../../engine/plan/fault.ts'
import type { Inputs, LoopBehaviour, Outputs } from '../../engine/plan/op.ts'
import { tf } from '../../engine/tf.ts'
import type { SlotType, Timestep, Value } from '../../engine/values.ts'
import { any, defineLoop, integer, like, many, number, optional, timestep, unless } from '../define.ts'

/** What goes round, by slot: value_1, value_2, ... */
type RepeatState = Record<string, Value>

const carried = (inputs: Inputs): [string, Value][] =>
  Object.entries(inputs).filter((entry): entry is [string, Value] => /^value_\d+$/.test(entry[0]) && entry[1] !== undefined)

/** Types that hold the same, so that one may come back as the other. */
const twins: Partial<Record<SlotType, SlotType>> = { samples: 'noise', noise: 'samples', loss: 'number', number: 'loss' }

/** A value keeps the type it began with. */
function sameType(slot: string, before: Value | undefined, next: Value): Value {
  if (!before || next.type === before.type) return next
  if (twins[next.type] === before.type) return { ...next, type: before.type } as Value
  throw new NodeError({
    slot,
    message: `Expected ${before.type}, as RepeatStart has in ${slot}, got ${next.type}.`,
    cure: 'What goes round keeps its type: wire the same type to both ends.',
  })
}

/** Round i has t = i, so the one that leads to t is the round t + 1; none for clean data, t = -1. */
function roundsTo({ t }: Timestep): number {
  const last = t[0]!
  if (t.some((each) => each !== last)) {
    throw new NodeError({
      slot: 'until',
      message: `Expected one timestep, got ${t.length} different ones.`,
      cure: 'Wire a Timestep: all items go round equally often.',
    })
  }
  if (Number.isInteger(last) && last >= -1) return last + 1
  throw new NodeError({
    slot: 'until',
    message: `Expected a whole timestep, -1 or more, got ${last}.`,
    cure: 'Wire a Timestep.',
  })
}

const behaviour: LoopBehaviour<RepeatState> = {
  extents: ['times'],
  iterations: ({ until }, { start }) => (until ? roundsTo(until as Timestep) : (start.times as number)),
  begin: (inputs) => Object.fromEntries(carried(inputs)),
  each: (state, index): Outputs => ({
    ...state,
    index: { type: 'number', tensor: tf.scalar(index) },
    t: { type: 'timestep', t: Float64Array.of(index) },
  }),
  advance: (state, next) => ({
    ...state,
    ...Object.fromEntries(carried(next).map(([slot, value]) => [slot, sameType(slot, state[slot], value)])),
  }),
  done: (state) => state,
}

export const [repeatStart, repeatEnd] = defineLoop({
  start: {
    type: 'diffusion/RepeatStart',
    category: 'loops',
    summary: 'Begins a loop that runs a number of times, and gives in each round what the round before has made of its values.',
    inputs: {
      value: many(any('what goes round, as it is before the first round')),
      until: optional(timestep('as many rounds as lead to this t: t + 1, whatever times says')),
    },
    each: {
      value: many(like('value', 'as the round before has left it')),
      index: number('0, 1, 2, ...'),
      t: timestep('the same, as a timestep'),
    },
    params: { times: unless('until', integer(10, { min: 0, max: 10_000_000 }, 'how many rounds, if until is unwired')) },
  },
  end: {
    type: 'diffusion/RepeatEnd',
    category: 'loops',
    summary: 'Ends a loop: takes what each round has made, and gives what the last one has.',
    next: { value: many(any('for the next round')), again: optional(number('ends the loop early once it is not above 0')) },
    done: { value: many(like('value', 'after the last round')) },
    params: {},
  },
  carries: { value: 'value' },
  behaviour: behaviour as LoopBehaviour<never>,
})
