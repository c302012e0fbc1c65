// Layers that change the pixels of images, and the form of features.
import { channelsOf, fixedSizes } from '../../models/graph/ops/checks.ts'
import type { LayerWriters } from './layer.ts'
import { isImage, reshape as toShape, toChannelsFirst, toChannelsLast } from './layer.ts'

export const writers = {
  upsample: ({ b, inputs: [x] }) =>
    // The second input is the region of crops.
    b.node('Resize', [x, '', b.floats(Float32Array.of(1, 1, 2, 2))], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    }),
  avg_pool: ({ b, inputs: [x], attrs: { size } }) => {
    if (size === 1) return x
    return b.node('AveragePool', [x], { kernel_shape: [size, size], strides: [size, size] })
  },
  mean_pixels: ({ b, inputs: [x] }) => b.node('ReduceMean', [x], { axes: [2, 3], keepdims: 0 }),
  to_tokens: ({ b, inputs: [x], shape }) => {
    const pixels = toShape(b, x, 0, channelsOf(shape), fixedSizes(shape)[0])
    return b.node('Transpose', [pixels], { perm: [0, 2, 1] })
  },
  to_image: ({ b, inputs: [x], shape }) => {
    const [height, width, size] = fixedSizes(shape)
    return toShape(b, b.node('Transpose', [x], { perm: [0, 2, 1] }), 0, size, height, width)
  },
  /** Channels of a patch are in the order row, column, channel. */
  patchify: ({ b, inputs: [x], attrs: { size: s }, shapes: [from], shape }) => {
    const [height, width, size] = fixedSizes(from)
    const apart = toShape(b, x, 0, size, height / s, s, width / s, s)
    const rows = b.node('Transpose', [apart], { perm: [0, 2, 4, 3, 5, 1] })
    return toShape(b, rows, 0, ...fixedSizes(shape))
  },
  unpatchify: ({ b, inputs: [x], attrs: { size: s }, shape }) => {
    const [height, width, size] = fixedSizes(shape)
    const apart = toShape(b, x, 0, height / s, width / s, s, s, size)
    const whole = b.node('Transpose', [apart], { perm: [0, 5, 1, 3, 2, 4] })
    return toShape(b, whole, 0, size, height, width)
  },
  /** Counts numbers with the channels last, as the engine does. */
  reshape: ({ b, inputs: [x], shapes: [from], shape }) => {
    if (!isImage(from) && !isImage(shape)) return toShape(b, x, 0, ...fixedSizes(shape))
    const flat = toShape(b, toChannelsLast(b, x, from), 0, ...fixedSizes(shape))
    return toChannelsFirst(b, flat, shape)
  },
} satisfies Partial<LayerWriters>
