// Linear layers.
import { activeBackend } from '../base/backend.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { layerOp } from './operation.ts'
import { channelSums } from '../base/sums.ts'
import { transposeTensor } from './transpose.ts'

/**
 * x W + b, or x W without a bias, for x of `[b, in]` or `[b, n, in]`, W of `[in, out]`. Without a
 * fused kernel, the gradient transposes explicitly, because tfjs is slow with transposed operands,
 * and computes db as a product with ones, which is faster than a sum over the outer axis.
 */
export function linear<T extends Tensor2D | Tensor3D>(x: T, weight: Tensor2D, bias?: Tensor1D): T {
  const [from, to] = weight.shape
  const rows = x.shape.slice(0, -1)
  const flat = (x.rank === 2 ? x : x.reshape([-1, from])) as Tensor2D
  const y = bias ? linearOp(flat, weight, bias) : unbiasedOp(flat, weight)
  return (x.rank === 2 ? y : y.reshape([...rows, to])) as T
}

const linearOp = layerOp({
  own: (...args: unknown[]) => {
    const [x, weight, bias, save] = args as [
      Tensor2D,
      Tensor2D,
      Tensor1D,
      (tensors: Tensor[]) => void,
    ]
    save([x, weight])
    return {
      value: linearForward(x, weight, bias),
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        gradients(dy as Tensor2D, saved as [Tensor2D, Tensor2D], bias),
    }
  },
  composed: (x: Tensor2D, weight: Tensor2D, bias: Tensor1D): Tensor2D =>
    tf.matMul(x, weight).add(bias),
})

const unbiasedOp = layerOp({
  own: (...args: unknown[]) => {
    const [x, weight, save] = args as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void]
    save([x, weight])
    return {
      value: linearForward(x, weight),
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        gradients(dy as Tensor2D, saved as [Tensor2D, Tensor2D]),
    }
  },
  composed: (x: Tensor2D, weight: Tensor2D): Tensor2D => tf.matMul(x, weight),
})

function linearForward(x: Tensor2D, weight: Tensor2D, bias?: Tensor1D): Tensor2D {
  const fused = activeBackend().linearForward?.(x, weight, bias)
  if (fused) return fused
  return bias ? (tf.fused.matMul({ a: x, b: weight, bias }) as Tensor2D) : tf.matMul(x, weight)
}

/** Returns dx, dW and, with a bias, db. */
function gradients(dy: Tensor2D, [x, weight]: [Tensor2D, Tensor2D], bias?: Tensor1D): Tensor[] {
  const ofWeights = activeBackend().linearWeightGradients?.(x, dy, weight, bias) ?? [
    tf.matMul(transposeTensor(x), dy),
    ...(bias ? [channelSums(dy)] : []),
  ]
  return [linearInputGradientOf(dy, weight), ...ofWeights]
}

const linearInputGradientOf = (dy: Tensor2D, weight: Tensor2D): Tensor =>
  activeBackend().linearInputGradient?.(dy, weight) ?? tf.matMul(dy, weight.transpose())
