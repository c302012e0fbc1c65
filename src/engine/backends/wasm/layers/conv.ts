// Convolution on wasm, with the additions to its output, as one operation.
import type { ConvLayer } from '../../../base/layerTypes.ts'
import type { Tensor2D, Tensor4D } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import { convInputTensor } from '../../../layers/convInput.ts'
import type { Gradients } from '../../../layers/operation.ts'
import { once, operation } from '../../../layers/operation.ts'
import { wasmConvInputGradient, convolve } from '../conv.ts'
import { wasmConvFilterGradient, sumItems } from '../convFilterGradient.ts'
import type { WasmFunctions } from '../wasmFunctions.ts'

interface Layer extends Omit<ConvLayer, 'x' | 'norm' | 'upsample'> {
  x: Tensor4D
}

export const wasmConv2d = (wasm: WasmFunctions, layer: ConvLayer): Tensor4D =>
  convolveAndAdd(wasm, { ...layer, x: convInputTensor(layer) })

function convolveAndAdd(wasm: WasmFunctions, layer: Layer): Tensor4D {
  const { x, weight, bias, stride, pad, perItem, residual, outputScale = 1 } = layer
  // The gradients are computed in this order. First those that wait for the worker pool, so that it
  // computes the others while the backward pass goes on.
  const [y] = operation({ bias, perItem, weight, residual, x }, () => {
    const height = Math.floor((x.shape[1] + pad.top + pad.bottom - weight.shape[0]) / stride) + 1
    const width = Math.floor((x.shape[2] + pad.left + pad.right - weight.shape[1]) / stride) + 1
    const added = { bias, ...(perItem && { perItem }), ...(residual && { residual }) }
    return {
      outputs: [convolve(wasm, x, weight, added, [height, width], { stride, pad })],
      keep: [x, weight],
      gradients: ([dy]) => convGradients(wasm, layer, dy as Tensor4D),
    }
  }) as [Tensor4D]
  return outputScale === 1 ? y : y.mul(outputScale)
}

function convGradients(
  wasm: WasmFunctions,
  { x, weight, stride, pad, perItem }: Layer,
  dy: Tensor4D,
): Gradients {
  const sums = once(() => sumItems(wasm, dy, dy.shape[0]))
  return {
    weight: () => wasmConvFilterGradient(wasm, x, dy, weight.shape, { stride, pad }),
    bias: () => tf.tensor1d(sumOverItems(sums(), dy.shape[3])),
    perItem: () => tf.tensor2d(...perItemGradient(perItem, sums())),
    residual: () => dy.clone(),
    x: () => wasmConvInputGradient(wasm, dy, weight, x.shape, { stride, pad }),
  }
}

/**
 * Returns the gradient of `perItem`, which was added to every pixel of an item, or of all items.
 */
function perItemGradient(
  perItem: Tensor2D | undefined,
  sums: Float64Array,
): [values: Float32Array, shape: [number, number]] {
  if (!perItem) throw new Error('The convolution has no such input.')
  const [rows, channels] = perItem.shape
  const values = rows === 1 ? sumOverItems(sums, channels) : Float32Array.from(sums)
  return [values, perItem.shape]
}

function sumOverItems(sums: Float64Array, channels: number): Float32Array {
  const totals = new Float64Array(channels)
  for (let i = 0; i < sums.length;)
    for (let channel = 0; channel < channels; channel++) totals[channel] += sums[i++]
  return Float32Array.from(totals)
}
