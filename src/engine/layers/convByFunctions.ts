// A convolution with what is added after it as one operation on wasm.
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '../tf.ts'
import { tf } from '../tf.ts'
import { convolve, inputGradient } from '../wasm/conv.ts'
import { filterGradient, itemSums } from '../wasm/filter.ts'
import type { Own } from '../wasm/module.ts'
import type { ConvOptions } from './conv.ts'
import type { Gradients } from './operation.ts'
import { once, operation } from './operation.ts'

interface Layer extends ConvOptions {
  x: Tensor4D
  weight: Tensor4D
  bias: Tensor1D
}

/** conv2d by functions of our own. */
export function convByFunctions(own: Own, layer: Layer): Tensor4D {
  const { x, weight, bias, stride, pad, perItem, residual, outputScale = 1 } = layer
  const [y] = operation({ weight, bias, perItem, residual, x }, () => {
    const height = Math.floor((x.shape[1] + pad.top + pad.bottom - weight.shape[0]) / stride) + 1
    const width = Math.floor((x.shape[2] + pad.left + pad.right - weight.shape[1]) / stride) + 1
    const added = { bias, ...(perItem && { perItem }), ...(residual && { residual }) }
    return {
      outputs: [convolve(own, x, weight, added, [height, width], { stride, pad })],
      keep: [x, weight],
      gradients: ([dy]) => gradients(own, layer, dy as Tensor4D),
    }
  }) as [Tensor4D]
  return outputScale === 1 ? y : y.mul(outputScale)
}

function gradients(own: Own, { x, weight, stride, pad, perItem }: Layer, dy: Tensor4D): Gradients {
  const sums = once(() => itemSums(own, dy, dy.shape[0]))
  return {
    weight: () => filterGradient(own, x, dy, weight.shape, { stride, pad }),
    bias: () => tf.tensor1d(total(sums(), dy.shape[3])),
    perItem: () => sumsFor(perItem!, sums()),
    residual: () => dy.clone(),
    x: () => inputGradient(own, dy, weight, x.shape, { stride, pad }),
  }
}

/** The gradient of what was added to every pixel of an item, or of all. */
function sumsFor({ shape }: Tensor2D, sums: Float64Array): Tensor {
  return tf.tensor2d(Float32Array.from(shape[0] === 1 ? total(sums, shape[1]) : sums), shape)
}

/** The sum over all items. */
function total(sums: Float64Array, channels: number): Float32Array {
  const all = new Float64Array(channels)
  for (let i = 0; i < sums.length;) for (let channel = 0; channel < channels; channel++) all[channel]! += sums[i++]!
  return Float32Array.from(all)
}
