// Layers that change the pixels of images, and the form of features.
import type { WriteLayer } from './layer.ts'
import { channels, isImage, reshape as toShape, toChannelsFirst, toChannelsLast } from './layer.ts'

export const upsample: WriteLayer = ({ b, inputs: [x] }) =>
  // The second input is the region of crops.
  b.node('Resize', [x, '', b.floats(Float32Array.of(1, 1, 2, 2))], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  })

export const avg_pool: WriteLayer = ({ b, inputs: [x], attrs }) => {
  const size = attrs.size as number
  if (size === 1) return x
  return b.node('AveragePool', [x], { kernel_shape: [size, size], strides: [size, size] })
}

export const mean_pixels: WriteLayer = ({ b, inputs: [x] }) =>
  b.node('ReduceMean', [x], { axes: [2, 3], keepdims: 0 })

export const to_tokens: WriteLayer = ({ b, inputs: [x], shape }) => {
  const pixels = toShape(b, x, 0, channels(shape), shape[0] as number)
  return b.node('Transpose', [pixels], { perm: [0, 2, 1] })
}

export const to_image: WriteLayer = ({ b, inputs: [x], shape }) => {
  const [height, width, size] = shape as number[]
  return toShape(b, b.node('Transpose', [x], { perm: [0, 2, 1] }), 0, size, height, width)
}

/** Channels of a patch are in the order row, column, channel. */
export const patchify: WriteLayer = ({ b, inputs: [x], attrs, shapes: [from], shape }) => {
  const [[height, width, size], s] = [from as number[], attrs.size as number]
  const apart = toShape(b, x, 0, size, height / s, s, width / s, s)
  const rows = b.node('Transpose', [apart], { perm: [0, 2, 4, 3, 5, 1] })
  return toShape(b, rows, 0, ...(shape as number[]))
}

export const unpatchify: WriteLayer = ({ b, inputs: [x], attrs, shape }) => {
  const [[height, width, size], s] = [shape as number[], attrs.size as number]
  const apart = toShape(b, x, 0, height / s, width / s, s, s, size)
  const whole = b.node('Transpose', [apart], { perm: [0, 5, 1, 3, 2, 4] })
  return toShape(b, whole, 0, size, height, width)
}

/** Counts numbers with the channels last, as the engine does. */
export const reshape: WriteLayer = ({ b, inputs: [x], shapes: [from], shape }) => {
  if (!isImage(from) && !isImage(shape)) return toShape(b, x, 0, ...(shape as number[]))
  const flat = toShape(b, toChannelsLast(b, x, from), 0, ...(shape as number[]))
  return toChannelsFirst(b, flat, shape)
}
