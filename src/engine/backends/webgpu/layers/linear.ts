// Gradients of linear layers by the convolution kernels. Weight gradients are written to the
// gradient arena.
import type { Tensor, Tensor2D, TensorInfo } from '../../../base/tf.ts'
import { wrapTensor } from '../activeWebGPU.ts'
import type { WebGPUBackend } from '../backend.ts'
import { claimGradientSlot } from '../gradientArena.ts'
import { convFilterGradient } from '../kernels/convolution/convFilterGradient.ts'
import { noPad } from '../kernels/convolution/convInput.ts'
import { convInputGradient } from '../kernels/convolution/convInputGradient.ts'
import { isWorthCompiling } from '../kernels/convolution/convStock.ts'

/**
 * Returns dW, and with a bias db, of a linear layer of `[n, in]`, as a convolution of images of one
 * pixel. The values of weight and bias are not read. Returns undefined if it is not worth compiling
 * a program.
 */
export function linearWeightGradients(
  backend: WebGPUBackend,
  x: Tensor2D,
  dy: Tensor2D,
  weight: Tensor2D,
  bias?: Tensor,
): Tensor[] | undefined {
  if (!isWorthCompiling(backend, dy.shape[0] * weight.size)) return undefined
  const gradients = convFilterGradient(backend, {
    x: rowsAsImages(x),
    dy: rowsAsImages(dy),
    filterShape: [1, 1, ...weight.shape],
    stride: 1,
    pad: noPad,
    bias: bias !== undefined,
    into: [claimGradientSlot(weight), bias && claimGradientSlot(bias)],
  })
  return [weight, bias].flatMap((like, i) =>
    like ? [wrapTensor({ ...gradients[i], shape: like.shape })] : [],
  )
}

/**
 * Returns dx of a linear layer, `[n, in]`, without transposing W; undefined where
 * {@link linearWeightGradients} is.
 */
export function linearInputGradient(
  backend: WebGPUBackend,
  dy: Tensor2D,
  weight: Tensor2D,
): Tensor2D | undefined {
  const [rows, [from]] = [dy.shape[0], weight.shape]
  if (!isWorthCompiling(backend, rows * weight.size)) return undefined
  const filter = { ...weight, shape: [1, 1, ...weight.shape] }
  const [dx] = convInputGradient(backend, {
    dy: rowsAsImages(dy),
    weight: filter,
    inputShape: [rows, 1, 1, from],
    stride: 1,
    pad: noPad,
  })
  return wrapTensor({ ...dx, shape: [rows, from] })
}

const rowsAsImages = ({ dataId, dtype, shape: [rows, channels] }: Tensor2D): TensorInfo => ({
  dataId,
  dtype,
  shape: [rows, 1, 1, channels],
})
