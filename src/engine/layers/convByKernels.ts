// A convolution with what comes before and after it as one operation on webgpu.
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, TensorInfo } from '../tf.ts'
import type { Backend } from '../webgpu/backend.ts'
import { columnSums } from '../webgpu/kernels/reduce.ts'
import { tensorOf } from '../webgpu/own.ts'
import type { ConvInput, ConvOptions } from './conv.ts'
import type { Gradients } from './operation.ts'
import { once, operation, shelf } from './operation.ts'
import type { Stage } from './stage.ts'
import { partsOf, stageForward, stageInputGradient, stageKernels, stageWeightGradients, statistics } from './stage.ts'

interface Layer extends ConvInput, ConvOptions {
  weight: Tensor4D
  bias: Tensor1D
}

/** The backend for {@link convByKernels}, if it is quicker by it. */
export function convKernels({ x, upsample, weight, stride, pad }: Layer): Backend | undefined {
  const [b, h, w] = partsOf(x)[0]!.shape
  const scale = upsample ? 2 : 1
  const [high, wide] = [h * scale + pad.top + pad.bottom - weight.shape[0], w * scale + pad.left + pad.right - weight.shape[1]]
  return stageKernels([{ pixels: b * (Math.floor(high / stride) + 1) * (Math.floor(wide / stride) + 1), weight }])
}

/** conv2d by kernels of our own; for the gradients x and its moments are kept, and nothing that is computed in between. */
export function convByKernels(backend: Backend, layer: Layer): Tensor4D {
  const { x, norm, upsample, weight, bias, stride, pad, perItem, residual, outputScale, half = false } = layer
  const [first, skip] = partsOf(x)
  const inputs = { weight, bias, normWeight: norm?.weight, normBias: norm?.bias, perItem, residual, skip, x: first }
  const [y] = operation(inputs, () => {
    const normal = norm && statistics(backend, { x, ...norm, silu: norm.silu ?? false })
    const stage: Stage = {
      x,
      weight,
      stride,
      pad,
      ...(normal && { norm: normal }),
      ...(upsample && { upsample }),
    }
    const added = {
      bias,
      half,
      ...(perItem && { perItem }),
      ...(residual && { residual }),
      ...(outputScale !== undefined && { outputScale }),
    }
    return {
      outputs: [tensorOf(stageForward(backend, stage, added))],
      keep: [...partsOf(x), weight, ...(norm ? [norm.weight] : []), ...(normal ? [normal.affine, normal.moments] : [])],
      gradients: ([dy]) => gradients(backend, layer, stage, dy!),
    }
  })
  return y as Tensor4D
}

function gradients(backend: Backend, { weight, bias, perItem, outputScale = 1 }: Layer, stage: Stage, dy: Tensor): Gradients {
  const { hold, take } = shelf(backend)
  const dsum = outputScale === 1 ? dy : dy.mul(outputScale)
  const ofWeights = once(() => hold(stageWeightGradients(backend, stage, dsum, { weight, bias })))
  const ofInput = once(() => hold(stageInputGradient(backend, stage, dsum)))
  return {
    weight: () => take(ofWeights().dweight),
    bias: () => take(ofWeights().dbias),
    normWeight: () => take(ofInput().dweight!),
    normBias: () => take(ofInput().dbias!),
    perItem: () => tensorOf(sumsOf(backend, dsum, perItem!)),
    residual: () => dsum.clone(),
    skip: () => take(ofInput().dx[1]!),
    x: () => take(ofInput().dx[0]!),
  }
}

/** What was added to every pixel of an item, or of all, has the sum over these pixels as its gradient. */
const sumsOf = (backend: Backend, dy: Tensor, { shape: [outer, channels] }: Tensor2D): TensorInfo =>
  columnSums(backend, dy, { outer, rows: dy.size / outer / channels, channels })
