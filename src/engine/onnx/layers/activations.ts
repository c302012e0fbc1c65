// Activations and softmax.
import type { Value } from '../builder.ts'
import type { LayerPlace, LayerWriters } from './layer.ts'
import { channelAxis } from './layer.ts'

const apply =
  (op: string) =>
  ({ b, inputs: [x] }: LayerPlace): Value =>
    b.node(op, [x])

export const writers = {
  silu: ({ b, inputs: [x] }) => b.node('Mul', [x, b.node('Sigmoid', [x])]),
  /** x Φ(x) by erf: opset 17 has no Gelu. Runtimes fuse the five nodes. */
  gelu: ({ b, inputs: [x] }) => {
    const erf = b.node('Erf', [b.node('Div', [x, b.scalar(Math.SQRT2)])])
    const gated = b.node('Mul', [x, b.node('Add', [erf, b.scalar(1)])])
    return b.node('Mul', [gated, b.scalar(0.5)])
  },
  gelu_tanh: ({ b, inputs: [x] }) => {
    const cube = b.node('Mul', [b.node('Mul', [x, x]), b.scalar(0.044715)])
    const bent = b.node('Mul', [x, b.node('Add', [cube, b.scalar(1)])])
    const inner = b.node('Mul', [bent, b.scalar(Math.sqrt(2 / Math.PI))])
    const gate = b.node('Add', [b.node('Tanh', [inner]), b.scalar(1)])
    return b.node('Mul', [b.node('Mul', [x, b.scalar(0.5)]), gate])
  },
  relu: apply('Relu'),
  tanh: apply('Tanh'),
  mish: ({ b, inputs: [x] }) => b.node('Mul', [x, b.node('Tanh', [b.node('Softplus', [x])])]),
  softmax: ({ b, inputs: [x], shape }) => b.node('Softmax', [x], { axis: channelAxis(shape) }),
} satisfies Partial<LayerWriters>
