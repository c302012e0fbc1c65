// Fused self-attention block for WebGPU. The norm runs as a prologue of the linear layers, q, k and
// v are one product, and the skip connection is added in the epilogue of the last layer.
import type { AttentionBlock, AttentionLayers } from '../../../base/layerTypes.ts'
import type { Tensor, Tensor4D, TensorInfo } from '../../../base/tf.ts'
import type { Done, Gradients } from '../../../layers/operation.ts'
import { once, operation } from '../../../layers/operation.ts'
import { wrapTensor } from '../activeWebGPU.ts'
import type { WebGPUBackend } from '../backend.ts'
import { claimGradientSlot } from '../gradientArena.ts'
import { attentionBackward, attentionForward } from '../kernels/attention/attention.ts'
import { linears, linearsFilterGradient, linearsInputGradient } from '../kernels/gemm/linears.ts'
import type { ConvStage, InputNorm } from './convStage.ts'
import {
  accumulatedOption,
  computeInputNorm,
  convolvedGradient,
  inputNormGradient,
  namedParameters,
  pointwise,
  stageForward,
  stageWeightGradients,
  storesHalfGradients,
} from './convStage.ts'
import { createSharedTensors } from './sharedTensors.ts'

/**
 * Saves x and its moments, q, k and v, the result of attention, and the logarithms of its sums for
 * the gradients.
 */
export function attentionBlock(backend: WebGPUBackend, block: AttentionBlock): Tensor4D {
  // x comes last: when its gradient is taken, the shared tensors are no longer needed.
  const inputs = { ...namedParameters(block.layers), x: block.x }
  const [y] = operation(inputs, () => runAttentionBlock(backend, block))
  return y as Tensor4D
}

/** Values of the forward pass that the gradients read besides x and the weights. */
interface SavedValues {
  /** `[b, n, c]`, the input of the linear layers. */
  input: { x: TensorInfo; affine: TensorInfo }
  norm: InputNorm
  /** q, k and v side by side. */
  qkv: TensorInfo
  y: TensorInfo
  logsumexp: TensorInfo
  /** The last linear layer. */
  outStage: ConvStage
}

const reshapeInfo = ({ dataId, dtype }: TensorInfo, shape: readonly number[]): TensorInfo => ({
  dataId,
  dtype,
  shape: [...shape],
})

function runAttentionBlock(backend: WebGPUBackend, block: AttentionBlock): Done {
  const { x, layers, options } = block
  const { heads, groups, eps, output_scale, half = false } = options
  const { out } = layers
  const [b, h, w, c] = x.shape
  const norm = computeInputNorm(backend, { x, groups, eps, ...layers.norm, silu: false })
  const input = { x: reshapeInfo(x, [b, h * w, c]), affine: norm.affine }
  const qkvLayers = inputLayers(layers)
  const qkv = wrapTensor(
    linears(backend, {
      ...input,
      weights: qkvLayers.map(({ weight }) => weight),
      biases: qkvLayers.map(({ bias }) => bias),
      half,
    }),
  )
  const attention = attentionForward(backend, { qkv, heads, half })
  const [mixed, logsumexp] = [wrapTensor(attention.y), wrapTensor(attention.logsumexp)]
  const filter = reshapeInfo(out.weight, [1, 1, ...out.weight.shape])
  const outStage: ConvStage = { x: reshapeInfo(mixed, x.shape), weight: filter, ...pointwise }
  const y = stageForward(backend, outStage, {
    bias: out.bias,
    residual: x,
    outputScale: 1 / output_scale,
    half,
  })
  const saved: SavedValues = { input, norm, qkv, y: mixed, logsumexp, outStage }
  const parameters = Object.values(namedParameters(layers))
  return {
    outputs: [wrapTensor(y)],
    keep: [x, ...parameters, norm.affine, norm.moments, qkv, mixed, logsumexp],
    gradients: ([dy]) => attentionGradients(backend, block, saved, dy),
  }
}

const inputLayers = ({ q, k, v }: AttentionLayers) => [q, k, v]

function attentionGradients(
  backend: WebGPUBackend,
  block: AttentionBlock,
  saved: SavedValues,
  dy: Tensor,
): Gradients {
  const { layers, options } = block
  const { share, take, release } = createSharedTensors(backend)
  const dsum = options.output_scale === 1 ? dy : dy.div(options.output_scale)
  const outGradients = once(() =>
    share(stageWeightGradients(backend, saved.outStage, dsum, layers.out)),
  )
  const half = storesHalfGradients(backend, options)
  const { heads } = options
  const dqkv = once(() => share({ dqkv: qkvGradient(backend, { heads, half }, saved, dsum) }).dqkv)
  const linearGradients = once(
    () => share({ all: qkvWeightGradients(backend, layers, saved, dqkv()) }).all,
  )
  const inputGradients = once(() => share(blockInputGradient(backend, block, saved, dqkv(), dsum)))
  return {
    'out.weight': () => take(outGradients().dweight),
    'out.bias': () => take(outGradients().dbias),
    ...Object.fromEntries(
      ['q', 'k', 'v'].flatMap((name, i) => [
        [`${name}.weight`, () => take(linearGradients()[2 * i])] as const,
        [`${name}.bias`, () => take(linearGradients()[2 * i + 1])] as const,
      ]),
    ),
    'norm.weight': () => take(inputGradients().dweight),
    'norm.bias': () => take(inputGradients().dbias),
    x() {
      const [dx] = inputGradients().dx
      release(dqkv())
      return take(dx)
    },
  }
}

/** Returns the gradient of q, k and v, through the last layer and the attention. */
function qkvGradient(
  backend: WebGPUBackend,
  { heads, half }: { heads: number; half: boolean },
  { outStage, qkv, y, logsumexp }: SavedValues,
  dsum: Tensor,
): TensorInfo {
  const dmixed = convolvedGradient(backend, outStage, dsum, half)
  const dy = reshapeInfo(dmixed, y.shape)
  const [dqkv] = attentionBackward(backend, { qkv, y, logsumexp, heads, dy, half })
  backend.disposeData(dmixed.dataId)
  return dqkv
}

/** Returns weight and bias gradients of the layers of q, k and v. */
function qkvWeightGradients(
  backend: WebGPUBackend,
  layers: AttentionLayers,
  { input }: SavedValues,
  dqkv: TensorInfo,
): TensorInfo[] {
  const into = inputLayers(layers).flatMap(({ weight, bias }) => [
    claimGradientSlot(weight),
    claimGradientSlot(bias),
  ])
  return linearsFilterGradient(backend, { ...input, dy: dqkv, layers: 3, bias: true, into })
}

/**
 * Returns the gradients through the linear layers and the norm, with that of the skip connection.
 */
function blockInputGradient(
  backend: WebGPUBackend,
  { x, layers, options }: AttentionBlock,
  { norm }: SavedValues,
  dqkv: TensorInfo,
  dsum: Tensor,
) {
  const half = storesHalfGradients(backend, options)
  const dn = linearsInputGradient(backend, {
    dy: dqkv,
    weights: inputLayers(layers).map(({ weight }) => weight),
    half,
  })
  const gradients = inputNormGradient(backend, x, norm, reshapeInfo(dn, x.shape), {
    add: dsum,
    ...accumulatedOption(backend, x),
    half,
  })
  backend.disposeData(dn.dataId)
  return gradients
}
