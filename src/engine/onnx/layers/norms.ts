// Norms.
import type { WriteLayer } from './layer.ts'
import {
  channelAxis,
  channels,
  isImage,
  perChannelWeight,
  reshape,
  toChannelsFirst,
  toChannelsLast,
} from './layer.ts'

/**
 * Group normalisation as instance normalisation of `[batch, groups, rest]`: opset 17 has no group
 * norm, and that of opset 18 scales groups instead of channels.
 */
export const group_norm: WriteLayer = ({ b, inputs: [x], attrs, shape, weight }) => {
  const groups = attrs.groups as number
  const isTokens = shape.length === 2
  const first = isTokens ? b.node('Transpose', [x], { perm: [0, 2, 1] }) : x
  const [ones, zeros] = [1, 0].map((value) => b.floats(new Float32Array(groups).fill(value)))
  const normed = b.node('InstanceNormalization', [reshape(b, first, 0, groups, -1), ones, zeros], {
    epsilon: { float: attrs.eps as number },
  })
  const sizes = isImage(shape) ? [shape[0] as number, shape[1] as number] : isTokens ? [-1] : []
  const apart = reshape(b, normed, 0, channels(shape), ...sizes)
  const back = isTokens ? b.node('Transpose', [apart], { perm: [0, 2, 1] }) : apart
  const scaled = b.node('Mul', [back, perChannelWeight(b, weight('weight')!, shape)])
  return b.node('Add', [scaled, perChannelWeight(b, weight('bias')!, shape)])
}

export const layer_norm: WriteLayer = ({ b, inputs: [x], attrs, shape, weight }) => {
  const size = channels(shape)
  const scale = weight('weight') ?? b.floats(new Float32Array(size).fill(1))
  const shift = weight('bias')
  const normed = b.node(
    'LayerNormalization',
    [toChannelsLast(b, x, shape), scale, ...(shift ? [shift] : [])],
    { axis: -1, epsilon: { float: attrs.eps as number } },
  )
  return toChannelsFirst(b, normed, shape)
}

export const rms_norm: WriteLayer = ({ b, inputs: [x], attrs, shape, weight }) => {
  const mean = b.node('ReduceMean', [b.node('Mul', [x, x])], {
    axes: [channelAxis(shape)],
    keepdims: 1,
  })
  const root = b.node('Sqrt', [b.node('Add', [mean, b.scalar(attrs.eps as number)])])
  return b.node('Mul', [b.node('Div', [x, root]), perChannelWeight(b, weight('weight')!, shape)])
}
