// Drives a step's node over a list of transitions without a graph: what the tests of solvers have in common.
import type { RunContext } from '../src/engine/plan/op.ts'
import { predict } from '../src/engine/models/predict.ts'
import type { Schedule } from '../src/engine/schedule.ts'
import type { Tensor } from '../src/engine/tf.ts'
import { tf } from '../src/engine/tf.ts'
import type { Transitions } from '../src/engine/timesteps.ts'
import { endsOf } from '../src/engine/timesteps.ts'
import type { Model, Samples } from '../src/engine/values.ts'
import type { StepOp } from '../src/nodes/sampling/defineStep.ts'

/** What a step draws: these tensors in turn; running out is a fault of the test. */
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
        if (next?.length !== count) throw new Error(`A step drew ${count} numbers that are not recorded.`)
        return Float32Array.from(next)
      },
      uniform: nothing,
      integers: nothing,
      permutation: nothing,
    },
  }
}

export interface Way {
  op: StepOp
  params?: Record<string, unknown>
  model: Model
  schedule: Schedule
  transitions: Transitions
  /** The draws of each step. */
  contextOf?: (index: number) => RunContext
  /** Where x is put before step i, for a solver that is given its start; undefined: where the step before has led. */
  place?: (index: number) => Tensor | undefined
}

/** x after each step, from `x`. */
export function stepsAlong(x: Tensor, way: Way): Tensor[] {
  const { op, model, schedule, transitions, place } = way
  const defaults = Object.fromEntries(Object.entries(op.params).map(([name, param]) => [name, param.default]))
  const params = { ...defaults, ...way.params }
  const count = transitions.t.length
  let state: unknown
  return tf.tidy(() =>
    Array.from({ length: count }, (_, index) => {
      const { from, to } = endsOf(transitions, index)
      const at = place?.(index) ?? x
      const inputs = {
        x_t: { type: 'samples', tensor: at, space: 'point' },
        model,
        ...('prediction' in op.inputs && {
          prediction: { type: 'prediction', tensor: predict(model, at, from), predicts: model.predicts, space: 'point' },
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
