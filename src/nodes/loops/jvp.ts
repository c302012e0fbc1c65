// JVP: a zone that computes a value, and its derivative along a direction.
import { NodeError } from '../../engine/messages/fault.ts'
import { isSameShape } from '../../engine/process/coefficients.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import type { Noise, Samples } from '../../engine/base/values.ts'
import type { Timestep } from '../../engine/process/values.ts'
import type { Value } from '../../engine/plan/slotValues.ts'
import { jvp } from '../../engine/gradients/jvp.ts'
import { defineLoop, param, slot } from '../define.ts'
import { samplingMessages } from '../../messages/sampling.ts'
import { differentiableValue, wiredBatches, withTensors } from './gradient.ts'

interface JvpState {
  value?: Value
  jvp?: Value
}

type TensorValue = Extract<Value, { tensor: Tensor }>

/** An argument of the zone, and its direction. */
interface Argument {
  x: Tensor
  tangent: Tensor
}

export const [jvpStart, jvpEnd] = defineLoop({
  start: {
    type: 'diffusion/JvpStart',
    category: 'loops',
    summary:
      'Start of a zone whose value is differentiated along a direction: the tangents of x and of the timestep t. Inside, use its outputs instead of the values wired to it; everything else is a constant.',
    aliases: ['jacobian', 'forward-mode', 'jvp', 'meanflow'],
    equation:
      '\\frac{d}{d s} f(x + s \\, \\dot x,\\; t + s \\, \\dot t) \\Big|_{s = 0} = \\frac{\\partial f}{\\partial x} \\dot x + \\frac{\\partial f}{\\partial t} \\dot t',
    source: 'Griewank & Walther 2008, chapter 3; Geng et al. 2025, eq. 8 (MeanFlow)',
    inputs: {
      x: slot.samples('Argument of the zone'),
      tangent: slot.optional(slot.samples('Direction of x, with its shape. If not connected, 0')),
      x_2: slot.optional(slot.samples('A second argument')),
      tangent_2: slot.optional(slot.samples('Direction of x_2. If not connected, 0')),
      t: slot.optional(slot.timestep('Timestep to differentiate along; Predict accepts it')),
    },
    each: {
      x: slot.like('x', 'x inside the zone'),
      x_2: slot.like('x_2', 'x_2 inside the zone'),
      t: slot.timestep(
        't inside the zone, which carries derivatives: for t and condition of Predict',
      ),
    },
    params: {
      t_tangent: param.symbol(
        '\\dot t',
        param.real(
          1,
          { min: -1e6, max: 1e6, step: 0.1 },
          'Direction of t, if it is connected, in timesteps: the number of timesteps for a time from 0 to 1',
        ),
      ),
    },
  },
  end: {
    type: 'diffusion/JvpEnd',
    category: 'loops',
    summary:
      'End of a JVP zone: outputs the value and its derivative along the tangents, the Jacobian-vector product. The zone runs twice.',
    next: { value: differentiableValue('Value to differentiate, of any shape') },
    done: {
      value: slot.like('value', 'Value of the zone'),
      jvp: slot.like(
        'value',
        'Derivative of the value along the tangents; a constant for gradients',
      ),
    },
    params: {},
  },
  carries: {},
  behaviour: {
    extents: [],
    samePath: true,
    differentiable: ['t'],
    iterations: () => 1,
    begin(inputs): JvpState {
      checkTangent('tangent', inputs.tangent, 'x', inputs.x)
      checkTangent('tangent_2', inputs.tangent_2, 'x_2', inputs.x_2)
      return {}
    },
    each: (_, __, inputs) =>
      ({
        ...withTensors(
          wiredBatches(inputs),
          wiredBatches(inputs).map(([, { tensor }]) => tensor.clone()),
        ),
        ...(inputs.t && { t: inputs.t }),
      }) as never,
    around(_, each, body, __, inputs, { start: { t_tangent } }) {
      const batches = wiredBatches(inputs)
      const tangents = { x: inputs.tangent, x_2: inputs.tangent_2, x_3: undefined }
      const args = batches.map(([slot]) => toArgument(each[slot] as Samples, tangents[slot]))
      const time = inputs.t && timeArgument(inputs.t, t_tangent)
      let value: Value | undefined
      const run = (xs: Tensor[]) => {
        const found = body({
          ...withTensors(batches, xs),
          // The value itself is computed as outside of the zone.
          ...(inputs.t && { t: value ? { ...inputs.t, tensor: xs[batches.length] } : inputs.t }),
        }).value
        value ??= found
        return found.tensor as Tensor
      }
      const all = time ? [...args, time] : args
      const { tangent } = jvp(
        run,
        all.map(({ x }) => x),
        all.map((argument) => argument.tangent),
      )
      const constant = value as TensorValue | undefined
      return constant ? { value: constant, jvp: { ...constant, tensor: tangent } as Value } : {}
    },
    done: ({ value, jvp }) => ({ ...(value && { value }), ...(jvp && { jvp }) }) as never,
  },
})

function checkTangent(
  slot: string,
  tangent: Samples | Noise | undefined,
  argument: string,
  x: Samples | Noise | undefined,
) {
  if (!tangent || isSameShape(tangent.tensor.shape, x?.tensor.shape ?? [])) return
  throw new NodeError({
    slot,
    message: samplingMessages.tangentShape({
      argument,
      expected: x?.tensor.shape ?? '',
      got: tangent.tensor.shape,
    }),
    cure: samplingMessages.fitTangent({ argument }),
  })
}

const toArgument = ({ tensor: x }: Samples, tangent: Samples | Noise | undefined): Argument => ({
  x,
  tangent: tangent?.tensor ?? tf.zerosLike(x),
})

const timeArgument = ({ t }: Timestep, tangent: number): Argument => ({
  x: tf.tensor1d(Float32Array.from(t)),
  tangent: tf.tensor1d(Array.from(t, () => tangent)),
})
