// Linear layers and convolutions.
import { EngineError } from '../../../base/errors.ts'
import { layerMessages } from '../../../messages/layers.ts'
import { defineLayerOp, type WeightSpec, type WeightStart } from '../layerOp.ts'
import { count, flag, padding } from './attributes.ts'
import { paddingOf, type ConvWindow } from './padding.ts'
import { asImage, channelsOf, checkDivides, shapeText } from './checks.ts'
import { countElements } from '../../../base/shapes.ts'

const weightAndBias = (
  weight: Pick<WeightSpec, 'shape' | 'layout'>,
  out: number,
  bias: boolean,
  start: WeightStart,
): WeightSpec[] => [
  { part: 'weight', ...weight, start },
  ...(bias ? [{ part: 'bias', shape: [out], layout: 'plain', start } as const] : []),
]

/** x W + b over the last axis. */
export const linear = defineLayerOp({
  inputs: ['x'],
  attrs: { out: count, bias: flag },
  shape: ([x], { out }) => [...x.slice(0, -1), out],
  weights([x], { out, bias }) {
    const shape = [channelsOf(x), out]
    const start = { kind: 'uniform', fanIn: shape[0] } as const
    return weightAndBias({ shape, layout: 'linear' }, shape[1], bias, start)
  },
  cost: {
    macs: ({ inputs: [x], output }) => countElements(x) * channelsOf(output),
    saves: 'inputs',
  },
})

const convAttributes = {
  out: count,
  kernel: count,
  stride: count,
  pad: padding,
  groups: count,
  bias: flag,
}

/** A square convolution of images (a cross-correlation, as PyTorch's Conv2d). */
export const conv = defineLayerOp({
  inputs: ['x'],
  attrs: convAttributes,
  shape([x], attrs) {
    const [height, width, channels] = asImage(x, 'x')
    const { kernel, stride, out, groups } = attrs
    const pad = paddingOf(attrs)
    checkStride(attrs)
    checkDivides(groups, channels, 'groups')
    checkDivides(groups, out, 'groups')
    const size = [
      Math.floor((height + pad.top + pad.bottom - kernel) / stride) + 1,
      Math.floor((width + pad.left + pad.right - kernel) / stride) + 1,
    ]
    if (Math.min(...size) < 1)
      throw new EngineError(layerMessages.smallImage, {
        argument: 'x',
        kernel,
        shape: shapeText(x),
      })
    return [...size, out]
  },
  weights([x], { kernel, out, groups, bias }) {
    const from = channelsOf(x) / groups
    const start = { kind: 'uniform', fanIn: kernel * kernel * from } as const
    const shape = [kernel, kernel, from, out]
    return weightAndBias({ shape, layout: 'convolution' }, out, bias, start)
  },
  cost: {
    macs: ({ inputs: [x], output, attrs: { kernel, groups } }) =>
      (kernel ** 2 * channelsOf(x) * countElements(output)) / groups,
    saves: 'inputs',
  },
})

/** Throws unless the stride is one that the backends have kernels for. */
function checkStride(attrs: ConvWindow) {
  const { stride, kernel } = attrs
  const isPatches = stride === kernel && Object.values(paddingOf(attrs)).every((size) => size === 0)
  if (stride <= 2 || isPatches) return
  throw new EngineError(layerMessages.stride, { argument: 'stride', value: stride })
}

/** A transposed convolution, which enlarges images by its stride: PyTorch's ConvTranspose2d. */
export const conv_transpose = defineLayerOp({
  inputs: ['x'],
  attrs: { out: count, kernel: count, stride: count, pad: padding, bias: flag },
  shape([x], attrs) {
    const [height, width] = asImage(x, 'x')
    const size = [height, width].map((side) => transposedSize(side, attrs))
    const { top } = paddingOf(attrs)
    if (Math.min(...size) < 1)
      throw new EngineError(layerMessages.largePadding, {
        argument: 'padding',
        most: Math.floor((Math.min(...size) - 1) / 2) + top,
        value: top,
        shape: shapeText(x),
      })
    return [...size, attrs.out]
  },
  weights([x], { kernel, out, bias }) {
    // PyTorch counts the channels of the second axis of its weight, which are those of the result.
    const start = { kind: 'uniform', fanIn: kernel * kernel * out } as const
    const shape = [kernel, kernel, out, channelsOf(x)]
    return weightAndBias({ shape, layout: 'convolution' }, out, bias, start)
  },
  cost: {
    macs: ({ inputs: [x], output, attrs: { kernel } }) =>
      kernel ** 2 * countElements(x) * channelsOf(output),
    saves: 'inputs',
  },
  title: 'Transposed conv',
})

function transposedSize(side: number, attrs: ConvWindow): number {
  const { stride, kernel } = attrs
  return (side - 1) * stride + kernel - 2 * paddingOf(attrs).top
}
