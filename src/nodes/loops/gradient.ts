// Gradient: a zone that computes a value from batches, and the gradient of the value.
import { NodeError } from '../../engine/messages/fault.ts'
import type { Scalar, Tensor } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import type { Noise, Samples } from '../../engine/base/values.ts'
import type { Value } from '../../engine/plan/slotValues.ts'
import { differentiate } from '../../engine/gradients/differentiate.ts'
import { defineLoop, slot } from '../define.ts'
import { samplingMessages } from '../../messages/sampling.ts'

/** The batches of a zone: x, and optionally further ones. */
type Batches<Name extends string> = { [K in Name]?: Samples | Noise | undefined }

/** The slots of the batches, in order. */
export const batchSlots = ['x', 'x_2', 'x_3'] as const
type BatchSlot = (typeof batchSlots)[number]

/** The wired batches with their slots. */
export const wiredBatches = (inputs: Batches<BatchSlot>): [BatchSlot, Samples | Noise][] =>
  batchSlots.flatMap((slot): [BatchSlot, Samples | Noise][] => {
    const value = inputs[slot]
    return value ? [[slot, value]] : []
  })

/** Replaces the tensors of batches, in the order of {@link wiredBatches}. */
export const withTensors = (
  batches: readonly [BatchSlot, Samples | Noise][],
  tensors: readonly Tensor[],
): Record<string, Samples | Noise> =>
  Object.fromEntries(batches.map(([slot, value], i) => [slot, { ...value, tensor: tensors[i] }]))

const differentiableTypes = [
  'number',
  'loss',
  'losses',
  'samples',
  'noise',
  'prediction',
  'logits',
] as const

/** The types of values that can be differentiated; all have one tensor. */
export const differentiableValue = (about: string) => slot.oneOf(differentiableTypes, about)

const ALSO = /^also_\d+$/

interface GradientState {
  value?: Scalar
  gradients: Tensor[]
  also: Record<string, Value>
}

export const [gradientStart, gradientEnd] = defineLoop({
  start: {
    type: 'diffusion/GradientStart',
    category: 'loops',
    summary:
      'Start of a zone whose value is differentiated with respect to x. Inside, use its outputs instead of the values wired to it; everything else is a constant.',
    aliases: ['autograd', 'grad', 'torch.autograd.grad', 'guidance gradient', 'dps'],
    equation: '\\nabla_x f(x)',
    source: 'Griewank & Walther 2008, chapter 3 (reverse mode)',
    inputs: {
      x: slot.samples('Differentiates with respect to this batch'),
      x_2: slot.optional(slot.samples('A second batch to differentiate with respect to')),
      x_3: slot.optional(slot.samples('A third batch to differentiate with respect to')),
      t: slot.optional(slot.timestep('Passed on to the zone unchanged')),
    },
    each: {
      x: slot.like('x', 'x inside the zone'),
      x_2: slot.like('x_2', 'x_2 inside the zone'),
      x_3: slot.like('x_3', 'x_3 inside the zone'),
      t: slot.timestep('t, unchanged'),
    },
    params: {},
  },
  end: {
    type: 'diffusion/GradientEnd',
    category: 'loops',
    summary:
      'End of a Gradient zone: sums the value over all its elements and outputs its gradient. For a value with one number per item, each item gets its own gradient.',
    next: {
      value: differentiableValue('Value to differentiate; a batch is summed over all elements'),
      also: slot.many(slot.optional(slot.any('Further result of the zone, passed on unchanged'))),
    },
    done: {
      value: slot.number('Sum of the value over all its elements'),
      gradient: slot.samples('Gradient with respect to x, with its shape'),
      gradient_2: slot.samples('Gradient with respect to x_2, with its shape'),
      gradient_3: slot.samples('Gradient with respect to x_3, with its shape'),
      also: slot.many(slot.like('also', 'Same value as inside the zone')),
    },
    params: {},
  },
  carries: {},
  behaviour: {
    extents: [],
    samePath: true,
    iterations: () => 1,
    begin: (): GradientState => ({ gradients: [], also: {} }),
    each(_, __, inputs) {
      const batches = wiredBatches(inputs)
      // Copies, because what captures the tensors outside is a constant inside.
      const copies = batches.map(([, { tensor }]) => tensor.clone())
      return { ...withTensors(batches, copies), ...(inputs.t && { t: inputs.t }) } as never
    },
    around(_, each, body, __, inputs) {
      const batches = wiredBatches(inputs)
      const xs = batches.map(([slot]) => (each[slot] as Samples).tensor)
      let also: Record<string, Value> = {}
      const sum = () => {
        const { value, ...others } = body(each)
        also = pickAlso(others)
        return value.tensor.sum() as Scalar
      }
      const { value, grads } = differentiate(sum, xs)
      if (grads.every((gradient) => !gradient)) throw independentValue('GradientStart')
      return { value, also, gradients: grads.map((each, i) => each ?? tf.zerosLike(xs[i])) }
    },
    done({ value, gradients, also }, inputs) {
      if (!value) return { ...also } as never
      const batches = wiredBatches(inputs)
      const named = batches.map(([slot, { space }], i): [string, Samples] => [
        slot.replace('x', 'gradient'),
        { type: 'samples', tensor: gradients[i], space },
      ])
      return {
        ...also,
        value: { type: 'number', tensor: value },
        ...Object.fromEntries(named),
      } as never
    },
  },
})

const pickAlso = (next: Record<string, Value | undefined>): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(next).filter((entry): entry is [string, Value] =>
      Boolean(entry[1] && ALSO.test(entry[0])),
    ),
  )

/** The value of a zone depends on no batch of its Start. */
export const independentValue = (start: string) =>
  new NodeError({
    slot: 'value',
    message: samplingMessages.independentValue({ start }),
    cure: samplingMessages.connectEach({ start }),
  })
