// Convolution on wasm, with the additions to its output, as one operation.
import type { ConvLayer } from '../../../base/layerTypes.ts'
import type { Tensor4D } from '../../../base/tf.ts'
import { convInputTensor } from '../../../layers/convInput.ts'
import type { Gradients } from '../../../layers/operation.ts'
import { operation } from '../../../layers/operation.ts'
import { wasmConvInputGradient, convolve } from '../conv.ts'
import { wasmConvFilterGradient } from '../convFilterGradient.ts'
import { sumChannels, sumItems } from '../pixelSums.ts'
import type { WasmFunctions } from '../wasmFunctions.ts'

interface Layer extends Omit<ConvLayer, 'x' | 'norm' | 'upsample'> {
  x: Tensor4D
}

export const wasmConv2d = (wasm: WasmFunctions, layer: ConvLayer): Tensor4D =>
  convolveAndAdd(wasm, { ...layer, x: convInputTensor(layer) })

function convolveAndAdd(wasm: WasmFunctions, layer: Layer): Tensor4D {
  const { x, weight, bias, stride, pad, perItem, residual, outputScale = 1 } = layer
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
  return {
    weight: () => wasmConvFilterGradient(wasm, x, dy, weight.shape, { stride, pad }),
    bias: () => sumChannels(wasm, dy),
    // One row for all items, or one for each.
    perItem: () => sumItems(wasm, dy, perItem?.shape[0] ?? 1),
    residual: () => dy.clone(),
    x: () => wasmConvInputGradient(wasm, dy, weight, x.shape, { stride, pad }),
  }
}
