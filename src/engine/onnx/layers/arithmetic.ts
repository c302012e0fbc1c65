// Sums, products and other combinations of features.
import { channelsOf } from '../../models/graph/ops/checks.ts'
import type { Value } from '../builder.ts'
import type { LayerPlace, LayerWriters } from './layer.ts'
import { channelAxis, perChannel, perChannelWeight } from './layer.ts'

/** Combines all inputs in their order; vectors apply to every pixel or token. */
const combine =
  (op: string) =>
  ({ b, inputs, shapes, shape }: LayerPlace): Value =>
    inputs
      .map((input, i) => (shapes[i].length < shape.length ? perChannel(b, input, shape) : input))
      .reduce((sum, input) => b.node(op, [sum, input]))

export const writers = {
  add: combine('Add'),
  multiply: combine('Mul'),
  divide: ({ b, inputs: [x], attrs: { by } }) => b.node('Div', [x, b.scalar(by)]),
  quotient: ({ b, inputs: [x, by], shape }) => b.node('Div', [x, perChannel(b, by, shape)]),
  affine: ({ b, inputs: [x], attrs: { scale, shift } }) => {
    const scaled = scale === 1 ? x : b.node('Mul', [x, b.scalar(scale)])
    return shift === 0 ? scaled : b.node('Add', [scaled, b.scalar(shift)])
  },
  channel_scale: ({ b, inputs: [x], weight, shape }) =>
    b.node('Mul', [x, perChannelWeight(b, weight('weight')!, shape)]),
  modulate: ({ b, inputs: [x, scale, shift], shape }) => {
    const factor = b.node('Add', [perChannel(b, scale, shape), b.scalar(1)])
    return b.node('Add', [b.node('Mul', [x, factor]), perChannel(b, shift, shape)])
  },
  concat: ({ b, inputs, shape }) =>
    inputs.length === 1 ? inputs[0] : b.node('Concat', inputs, { axis: channelAxis(shape) }),
  split({ b, inputs: [x], attrs: { index }, shape }) {
    const size = channelsOf(shape)
    const [from, to] = [b.ints(index * size), b.ints((index + 1) * size)]
    return b.node('Slice', [x, from, to, b.ints(channelAxis(shape))])
  },
  /** Exported models do not train. */
  dropout: ({ inputs: [x] }) => x,
  fourier_features: ({ b, inputs: [x], attrs: { count } }) => {
    if (count === 0) return x
    const scaled = Array.from({ length: count }, (_, k) => b.node('Mul', [x, b.scalar(2 ** k)]))
    const angles = count === 1 ? scaled[0] : b.node('Concat', scaled, { axis: 1 })
    return b.node('Concat', [x, b.node('Sin', [angles]), b.node('Cos', [angles])], { axis: 1 })
  },
} satisfies Partial<LayerWriters>
