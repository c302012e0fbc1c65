// Sums, products and other combinations of features.
import type { WriteLayer, WrittenLayer } from './layer.ts'
import { channelAxis, channels, perChannel, perChannelWeight } from './layer.ts'

/** Combines all inputs in their order; vectors apply to every pixel or token. */
const combine =
  (op: string): WriteLayer =>
  ({ b, inputs, shapes, shape }) =>
    inputs
      .map((input, i) => (shapes[i].length < shape.length ? perChannel(b, input, shape) : input))
      .reduce((sum, input) => b.node(op, [sum, input]))

export const add = combine('Add')
export const multiply = combine('Mul')

export const divide: WriteLayer = ({ b, inputs: [x], attrs: { by } }) =>
  b.node('Div', [x, b.scalar(by as number)])

export const quotient: WriteLayer = ({ b, inputs: [x, by], shape }) =>
  b.node('Div', [x, perChannel(b, by, shape)])

export const affine: WriteLayer = ({ b, inputs: [x], attrs: { scale, shift } }) => {
  const scaled = scale === 1 ? x : b.node('Mul', [x, b.scalar(scale as number)])
  return shift === 0 ? scaled : b.node('Add', [scaled, b.scalar(shift as number)])
}

export const channel_scale: WriteLayer = ({ b, inputs: [x], weight, shape }) =>
  b.node('Mul', [x, perChannelWeight(b, weight('weight')!, shape)])

export const modulate: WriteLayer = ({ b, inputs: [x, scale, shift], shape }) => {
  const factor = b.node('Add', [perChannel(b, scale, shape), b.scalar(1)])
  return b.node('Add', [b.node('Mul', [x, factor]), perChannel(b, shift, shape)])
}

export const concat: WriteLayer = ({ b, inputs, shape }) =>
  inputs.length === 1 ? inputs[0] : b.node('Concat', inputs, { axis: channelAxis(shape) })

export function split({ b, inputs: [x], attrs, shape }: WrittenLayer): string {
  const [size, index] = [channels(shape), attrs.index as number]
  const [from, to] = [b.ints(index * size), b.ints((index + 1) * size)]
  return b.node('Slice', [x, from, to, b.ints(channelAxis(shape))])
}

/** Exported models do not train. */
export const dropout: WriteLayer = ({ inputs: [x] }) => x

export const fourier_features: WriteLayer = ({ b, inputs: [x], attrs }) => {
  const count = attrs.count as number
  if (count === 0) return x
  const scaled = Array.from({ length: count }, (_, k) => b.node('Mul', [x, b.scalar(2 ** k)]))
  const angles = count === 1 ? scaled[0] : b.node('Concat', scaled, { axis: 1 })
  return b.node('Concat', [x, b.node('Sin', [angles]), b.node('Cos', [angles])], { axis: 1 })
}
