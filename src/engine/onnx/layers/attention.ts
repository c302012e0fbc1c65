// Attention between tokens.
import type { OnnxBuilder, Value } from '../builder.ts'
import { channelsOf } from '../../models/graph/ops/checks.ts'
import type { LayerWriters } from './layer.ts'
import { reshape } from './layer.ts'

/** `[b, n, heads d]` to `[b, heads, n, d]`, or `[b, heads, d, n]`. */
function splitHeads(
  b: OnnxBuilder,
  x: Value,
  heads: number,
  width: number,
  transposed = false,
): Value {
  const apart = reshape(b, x, 0, 0, heads, width / heads)
  return b.node('Transpose', [apart], { perm: transposed ? [0, 2, 3, 1] : [0, 2, 1, 3] })
}

/** The inverse. */
const mergeHeads = (b: OnnxBuilder, x: Value, width: number): Value =>
  reshape(b, b.node('Transpose', [x], { perm: [0, 2, 1, 3] }), 0, 0, width)

export const writers = {
  attention: ({ b, inputs: [q, k, v], attrs: { heads }, shape }) => {
    const width = channelsOf(shape)
    const queries = b.node('Mul', [
      splitHeads(b, q, heads, width),
      b.scalar(1 / Math.sqrt(width / heads)),
    ])
    const scores = b.node('MatMul', [queries, splitHeads(b, k, heads, width, true)])
    const shares = b.node('Softmax', [scores], { axis: -1 })
    return mergeHeads(b, b.node('MatMul', [shares, splitHeads(b, v, heads, width)]), width)
  },
  linear_attention: ({ b, inputs: [q, k, v], attrs: { heads }, shape }) => {
    const width = channelsOf(shape)
    const places = b.node('Softmax', [splitHeads(b, k, heads, width, true)], { axis: -1 })
    const summary = b.node('MatMul', [places, splitHeads(b, v, heads, width)])
    const queries = b.node('Softmax', [splitHeads(b, q, heads, width)], { axis: -1 })
    return mergeHeads(b, b.node('MatMul', [queries, summary]), width)
  },
} satisfies Partial<LayerWriters>
