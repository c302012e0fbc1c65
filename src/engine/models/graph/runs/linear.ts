// Evaluation of linear layers and convolutions.
import type { Tensor1D, Tensor2D, Tensor4D } from '../../../base/tf.ts'
import { convolve, convolveTransposed } from '../../../layers/convolve.ts'
import { linear as applyLinear } from '../../../layers/linear.ts'
import type { LayerRuns } from '../layer.ts'
import { paddingOf } from '../ops/padding.ts'

export const runs = {
  linear: ({ inputs: [x], weights: { weight, bias } }) =>
    applyLinear(x as Tensor2D, weight as Tensor2D, bias as Tensor1D | undefined),
  conv: ({ inputs: [x], weights, attrs, pass }) =>
    convolve(x as Tensor4D, weights.weight as Tensor4D, weights.bias as Tensor1D | undefined, {
      stride: attrs.stride,
      groups: attrs.groups,
      pad: paddingOf(attrs),
      half: pass.half,
    }),
  conv_transpose: ({ inputs: [x], weights, attrs }) =>
    convolveTransposed(
      x as Tensor4D,
      weights.weight as Tensor4D,
      weights.bias as Tensor1D | undefined,
      attrs.stride,
      paddingOf(attrs),
    ),
} satisfies Partial<LayerRuns>
