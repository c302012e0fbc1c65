// Norms.
import { channelsOf, fixedSizes } from '../../models/graph/ops/checks.ts'
import type { LayerWriters } from './layer.ts'
import {
  channelAxis,
  isImage,
  perChannelWeight,
  reshape,
  toChannelsFirst,
  toChannelsLast,
} from './layer.ts'

export const writers = {
  /**
   * Group normalisation as instance normalisation of `[batch, groups, rest]`: opset 17 has no group
   * norm, and that of opset 18 scales groups instead of channels.
   */
  group_norm: ({ b, inputs: [x], attrs: { groups, eps }, shape, weight }) => {
    const isTokens = shape.length === 2
    const first = isTokens ? b.node('Transpose', [x], { perm: [0, 2, 1] }) : x
    const [ones, zeros] = [1, 0].map((value) => b.floats(new Float32Array(groups).fill(value)))
    const normed = b.node(
      'InstanceNormalization',
      [reshape(b, first, 0, groups, -1), ones, zeros],
      {
        epsilon: { float: eps },
      },
    )
    const sizes = isImage(shape) ? fixedSizes(shape).slice(0, 2) : isTokens ? [-1] : []
    const apart = reshape(b, normed, 0, channelsOf(shape), ...sizes)
    const back = isTokens ? b.node('Transpose', [apart], { perm: [0, 2, 1] }) : apart
    const scaled = b.node('Mul', [back, perChannelWeight(b, weight('weight')!, shape)])
    return b.node('Add', [scaled, perChannelWeight(b, weight('bias')!, shape)])
  },
  layer_norm: ({ b, inputs: [x], attrs, shape, weight }) => {
    const size = channelsOf(shape)
    const scale = weight('weight') ?? b.floats(new Float32Array(size).fill(1))
    const shift = weight('bias')
    const normed = b.node(
      'LayerNormalization',
      [toChannelsLast(b, x, shape), scale, ...(shift ? [shift] : [])],
      { axis: -1, epsilon: { float: attrs.eps } },
    )
    return toChannelsFirst(b, normed, shape)
  },
  rms_norm: ({ b, inputs: [x], attrs, shape, weight }) => {
    const mean = b.node('ReduceMean', [b.node('Mul', [x, x])], {
      axes: [channelAxis(shape)],
      keepdims: 1,
    })
    const root = b.node('Sqrt', [b.node('Add', [mean, b.scalar(attrs.eps)])])
    return b.node('Mul', [b.node('Div', [x, root]), perChannelWeight(b, weight('weight')!, shape)])
  },
} satisfies Partial<LayerWriters>
