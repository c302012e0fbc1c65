// Gradients of linear layers by the kernels of convolutions on webgpu; those of weights are written into the gradient of all.
import type { Tensor, Tensor2D, TensorInfo } from '../tf.ts'
import { homeFor } from '../webgpu/arena.ts'
import { convFilterGradient } from '../webgpu/kernels/convFilterGradient.ts'
import type { Pad } from '../webgpu/kernels/convInput.ts'
import { convInputGradient } from '../webgpu/kernels/convInputGradient.ts'
import { isWorthIt } from '../webgpu/kernels/convStock.ts'
import { ownKernels, tensorOf } from '../webgpu/own.ts'

interface Layer {
  x: TensorInfo
  dy: TensorInfo
  /** [kh, kw, in, out]. */
  filterShape: readonly number[]
  /** Their numbers do not matter: the gradient does not depend on them. */
  weight: Tensor
  bias?: Tensor
  stride: 1 | 2
  pad: Pad
}

/** dW and, with a bias, db; undefined on other backends, and where the work is not worth a program of its own. */
function gradients({ weight, bias, ...layer }: Layer): Tensor[] | undefined {
  const kernels = ownKernels()
  const pixels = layer.dy.shape.slice(0, -1).reduce((product, size) => product * size, 1)
  if (!kernels || !isWorthIt(kernels, pixels * weight.size)) return undefined
  const into = [homeFor(weight), bias && homeFor(bias)]
  const made = convFilterGradient(kernels, { ...layer, bias: bias !== undefined, into })
  return [weight, bias].flatMap((like, i) => (like ? [tensorOf({ ...made[i]!, shape: like.shape })] : []))
}

/** Of a linear layer of `[n, in]`: a convolution of images of one pixel. */
export const linearWeightGradients = (x: Tensor2D, dy: Tensor2D, weight: Tensor2D, bias?: Tensor): Tensor[] | undefined =>
  gradients({
    x: asPixels(x),
    dy: asPixels(dy),
    weight,
    ...(bias && { bias }),
    filterShape: [1, 1, ...weight.shape],
    stride: 1,
    pad: none,
  })

/** dx of a linear layer, `[n, in]`, where W need not be transposed for it; undefined where {@link linearWeightGradients} is. */
export function linearInputGradient(weight: Tensor2D, dy: Tensor2D): Tensor2D | undefined {
  const kernels = ownKernels()
  const [rows, [from]] = [dy.shape[0], weight.shape]
  if (!kernels || !isWorthIt(kernels, rows * weight.size)) return undefined
  const filter = { ...weight, shape: [1, 1, ...weight.shape] }
  const [dx] = convInputGradient(kernels, {
    dy: asPixels(dy),
    weight: filter,
    inputShape: [rows, 1, 1, from],
    stride: 1,
    pad: none,
  })
  return tensorOf({ ...dx!, shape: [rows, from] })
}

const none: Pad = { top: 0, bottom: 0, left: 0, right: 0 }

const asPixels = ({ dataId, dtype, shape: [rows, channels] }: Tensor2D): TensorInfo => ({
  dataId,
  dtype,
  shape: [rows, 1, 1, channels],
})
