// Runs a step node over a list of transitions without a graph, for tests of solvers.
import type { RunContext } from '../src/engine/plan/op.ts'
import { predict } from '../src/engine/models/predict.ts'
import type { Schedule } from '../src/engine/process/schedule.ts'
import type { Tensor } from '../src/engine/base/tf.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { Transitions } from '../src/engine/process/timesteps.ts'
import { getTransition } from '../src/engine/process/timesteps.ts'
import type { Samples } from '../src/engine/base/values.ts'
import type { Model } from '../src/engine/models/model.ts'
import type { StepOp } from '../src/nodes/sampling/defineStep.ts'

/** Draws these tensors in order; throws when there are none left. */
export function replayed(noises: readonly (readonly number[])[]): RunContext {
  const left = [...noises]
  const nothing = () => {
    throw new Error('Only normal noise is recorded.')
  }
  return {
    prepared: undefined,
    random: {
      normal: (count) => {
        const next = left.shift()
        if (next?.length !== count)
          throw new Error(`A step drew ${count} numbers that are not recorded.`)
        return Float32Array.from(next)
      },
      uniform: nothing,
      integers: nothing,
      permutation: nothing,
      fork: nothing,
    },
  }
}

export interface StepRun {
  op: StepOp
  params?: Record<string, unknown>
  model: Model
  schedule: Schedule
  transitions: Transitions
  /** Draws of each step. */
  contextOf?: (index: number) => RunContext
  /** Overrides x before step i, for an exact start; undefined keeps the previous result. */
  place?: (index: number) => Tensor | undefined
}

/** Returns x after each step. */
export function stepsAlong(x: Tensor, way: StepRun): Tensor[] {
  const { op, model, schedule, transitions, place } = way
  const defaults = Object.fromEntries(
    Object.entries(op.params).map(([name, param]) => [name, param.default]),
  )
  const params = { ...defaults, ...way.params }
  const count = transitions.t.length
  let state: unknown
  return tf.tidy(() =>
    Array.from({ length: count }, (_, index) => {
      const { from, to } = getTransition(transitions, index)
      const at = place?.(index) ?? x
      const inputs = {
        x_t: { type: 'samples', tensor: at, space: 'point' },
        model,
        ...('prediction' in op.inputs && {
          prediction: {
            type: 'prediction',
            tensor: predict(model, at, from),
            predicts: model.predicts,
            space: 'point',
          },
        }),
        t: { type: 'timestep', ...from, place: { index, count } },
        t_prev: { type: 'timestep', ...to },
        schedule: { type: 'schedule', schedule },
      }
      const run = op.run as unknown as (
        ...args: unknown[]
      ) => { x_prev: Samples } | { outputs: { x_prev: Samples }; state: unknown }
      const made = run(inputs, params, way.contextOf?.(index) ?? replayed([]), state)
      if ('state' in made) state = made.state
      x = ('outputs' in made ? made.outputs : made).x_prev.tensor
      return x
    }),
  )
}
