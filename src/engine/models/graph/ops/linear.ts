// Linear layers and convolutions.
import type { Tensor1D, Tensor2D, Tensor4D } from '../../../base/tf.ts'
import { conv2d } from '../../../layers/conv.ts'
import { linear as applyLinear } from '../../../layers/linear.ts'
import type { Pad } from '../../../base/layerTypes.ts'
import type { Layer, LayerOp, WeightSpec } from '../layer.ts'

/** x W + b over the last axis. */
export const linear: LayerOp = {
  shape: ([x], { out }) => [...x.slice(0, -1), out as number],
  weights: ([x], { out, bias }) => linearWeights(x.at(-1) as number, out as number, bias === true),
  run: ({ inputs: [x], weights: { weight, bias } }) =>
    applyLinear(x as Tensor2D, weight as Tensor2D, bias as Tensor1D | undefined),
}

const linearWeights = (from: number, to: number, bias: boolean): WeightSpec[] => [
  {
    part: 'weight',
    shape: [from, to],
    layout: 'linear',
    start: { kind: 'uniform', fanIn: from },
  },
  ...(bias
    ? [
        {
          part: 'bias',
          shape: [to],
          layout: 'plain',
          start: { kind: 'uniform', fanIn: from },
        } as const,
      ]
    : []),
]

/** Zeros around the image of a convolution; by default those that keep the size. */
export function paddingOf({ kernel, pad }: Layer['attrs']): Pad {
  const half = Math.floor(((kernel as number) - 1) / 2)
  const [top, left, bottom, right] = (pad as number[] | null) ?? [half, half, half, half]
  return { top, left, bottom, right }
}

/** A square convolution of images. */
export const conv: LayerOp = {
  shape([x], attrs) {
    const [height, width] = x as number[]
    const { kernel, stride, out } = attrs as { kernel: number; stride: number; out: number }
    const { top, left, bottom, right } = paddingOf(attrs)
    return [
      Math.floor((height + top + bottom - kernel) / stride) + 1,
      Math.floor((width + left + right - kernel) / stride) + 1,
      out,
    ]
  },
  weights([x], attrs) {
    const { kernel, out } = attrs as { kernel: number; out: number }
    const from = x[2] as number
    const start = { kind: 'uniform', fanIn: kernel * kernel * from } as const
    return [
      { part: 'weight', shape: [kernel, kernel, from, out], layout: 'convolution', start },
      { part: 'bias', shape: [out], layout: 'plain', start },
    ]
  },
  run: ({ inputs: [x], weights, attrs, pass }) =>
    conv2d(x as Tensor4D, weights.weight as Tensor4D, weights.bias as Tensor1D, {
      stride: attrs.stride as 1 | 2,
      pad: paddingOf(attrs),
      half: pass.half,
    }),
}
