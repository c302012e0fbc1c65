// Fused convolution for WebGPU: norm and upsampling run as its prologue, additions and the scale as
// its epilogue.
import type { ConvLayer, Features } from '../../../base/layerTypes.ts'
import type { Tensor, Tensor2D, Tensor4D, TensorInfo } from '../../../base/tf.ts'
import { convInputTensor, featureParts } from '../../../layers/convInput.ts'
import type { Done, Gradients } from '../../../layers/operation.ts'
import { once, operation } from '../../../layers/operation.ts'
import { isGradientWanted } from '../../../gradients/accumulatedGradients.ts'
import { wrapTensor } from '../activeWebGPU.ts'
import type { WebGPUBackend } from '../backend.ts'
import { rulesFor } from '../kernels/software/rules.ts'
import { columnSums } from '../kernels/elementwise/reduce.ts'
import { isFourProducts } from '../kernels/convolution/upsampledConv.ts'
import type { ConvStage } from './convStage.ts'
import {
  accumulatedOption,
  computeInputNorm,
  paysAsStage,
  lazyStageGradients,
  stageForward,
  storesHalfGradients,
} from './convStage.ts'
import { createSharedTensors } from './sharedTensors.ts'

/** Returns undefined if the convolution is not worth compiling a program. */
export function webgpuConv2d(backend: WebGPUBackend, layer: ConvLayer): Tensor4D | undefined {
  const { weight, stride } = layer
  if (!paysAsStage(backend, [{ pixels: outputPixels(layer), weight }])) return undefined
  // Software devices are faster if upsampled pixels that are not read as four products are in
  // memory, which Winograd needs. So is the gradient of a strided convolution.
  const isFast =
    isFourProducts({ ...layer, filter: weight.shape }) || rulesFor(backend.device).fusesInputs
  const materializes = layer.upsample && (stride !== 1 || !isFast)
  if (!materializes) return convByKernels(backend, layer)
  const { norm: _norm, upsample: _upsample, ...rest } = layer
  return convByKernels(backend, { ...rest, x: convInputTensor(layer) })
}

function outputPixels({ x, upsample, weight, stride, pad }: ConvLayer): number {
  const [b, h, w] = featureParts(x)[0].shape
  const scale = upsample ? 2 : 1
  const [high, wide] = [
    h * scale + pad.top + pad.bottom - weight.shape[0],
    w * scale + pad.left + pad.right - weight.shape[1],
  ]
  return b * (Math.floor(high / stride) + 1) * (Math.floor(wide / stride) + 1)
}

/** Saves x and its moments for the gradients, and no intermediate results. */
export function convByKernels(backend: WebGPUBackend, layer: ConvLayer): Tensor4D {
  const { x, norm, weight, bias, perItem, residual } = layer
  const [first, skip] = featureParts(x)
  const inputs = {
    weight,
    bias,
    normWeight: norm?.weight,
    normBias: norm?.bias,
    perItem,
    residual,
    skip,
    x: first,
  }
  const [y] = operation(inputs, () => runConvLayer(backend, layer))
  return y as Tensor4D
}

function runConvLayer(backend: WebGPUBackend, layer: ConvLayer): Done {
  const { x, norm, upsample, weight, stride, pad } = layer
  const { bias, perItem, residual, outputScale, half } = layer
  const inputNorm = norm && computeInputNorm(backend, { x, ...norm, silu: norm.silu ?? false })
  const stage: ConvStage = { x, norm: inputNorm, upsample, weight, stride, pad }
  const epilogue = { bias, perItem, residual, outputScale, half }
  return {
    outputs: [wrapTensor(stageForward(backend, stage, epilogue))],
    keep: [
      ...featureParts(x),
      weight,
      ...(norm ? [norm.weight] : []),
      ...(inputNorm ? [inputNorm.affine, inputNorm.moments] : []),
    ],
    gradients: ([dy]) => fusedConvGradients(backend, layer, stage, dy),
  }
}

function fusedConvGradients(
  backend: WebGPUBackend,
  { x, weight, bias, perItem, outputScale = 1, half = false }: ConvLayer,
  stage: ConvStage,
  dy: Tensor,
): Gradients {
  const { share, take } = createSharedTensors(backend)
  const dsum = outputScale === 1 ? dy : dy.mul(outputScale)
  const gradients = lazyStageGradients(backend, stage, {
    dy: () => dsum,
    parameters: { weight, bias },
    options: () => ({
      ...accumulatedOption(backend, x),
      half: storesHalfGradients(backend, { half: half || isStoredAsHalf(backend, x) }),
    }),
    isBothWanted: isGradientWanted(weight) && isGradientWanted(featureParts(x)[0]),
  })
  const weightGradients = once(() => share(gradients.weights()))
  const inputGradients = once(() => share(gradients.input()))
  return {
    weight: () => take(weightGradients().dweight),
    bias: () => take(weightGradients().dbias),
    normWeight: () => take(presentTensors(inputGradients().dweight)),
    normBias: () => take(presentTensors(inputGradients().dbias)),
    perItem: () => wrapTensor(sumConvPixels(backend, dsum, presentTensors(perItem))),
    residual: () => dsum.clone(),
    skip: () => take(inputGradients().dx[1]),
    x: () => take(inputGradients().dx[0]),
  }
}

/** Returns whether the input of a layer is stored in half precision: its gradient may be so, too. */
const isStoredAsHalf = (backend: WebGPUBackend, x: Features): boolean =>
  featureParts(x).some((tensor) => backend.storageOf(tensor) === true)

/** Returns a value that exists whenever its gradient is asked for. */
function presentTensors<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('The convolution has no such input.')
  return value
}

/** Returns the gradient of `perItem`: the sums of dy over the pixels it was added to. */
const sumConvPixels = (
  backend: WebGPUBackend,
  dy: Tensor,
  { shape: [outer, channels] }: Tensor2D,
): TensorInfo => columnSums(backend, dy, { outer, rows: dy.size / outer / channels, channels })
