import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '../tf.ts'
import { tf } from '../tf.ts'
import { product, productInputGradient } from '../wasm/conv.ts'
import { productGradient } from '../wasm/filter.ts'
import { ownFunctions } from '../wasm/module.ts'
import { channelSums } from './sums.ts'
import { transposed } from './transpose.ts'
import { linearInputGradient, linearWeightGradients } from './weightGradients.ts'

/**
 * x W + b, or x W without a bias, for x of `[b, in]` or `[b, n, in]`, W of `[in, out]`. Without a kernel of its own the gradient
 * transposes before it multiplies, as tfjs is slow with a transposed operand, and the bias gathers its gradient by a product with
 * ones, which is quicker than a sum over the outer axis.
 */
export function linear<T extends Tensor2D | Tensor3D>(x: T, weight: Tensor2D, bias?: Tensor1D): T {
  const [from, to] = weight.shape
  const rows = x.shape.slice(0, -1)
  const flat = x.rank === 2 ? x : x.reshape([-1, from])
  const y = bias ? linearOp(flat, weight, bias) : unbiasedOp(flat, weight)
  return (x.rank === 2 ? y : y.reshape([...rows, to])) as T
}

const linearOp = tf.customGrad((...args: unknown[]) => {
  const [x, weight, bias, save] = args as [Tensor2D, Tensor2D, Tensor1D, (tensors: Tensor[]) => void]
  save([x, weight])
  return {
    value: forward(x, weight, bias),
    gradFunc: (dy: Tensor, saved: Tensor[]) => {
      const [x, weight] = saved as [Tensor2D, Tensor2D]
      const own = linearWeightGradients(x, dy as Tensor2D, weight, bias)
      if (own) return [inputGradient(weight, dy as Tensor2D), ...own]
      return [...productGradients(x, weight, dy as Tensor2D), channelSums(dy)]
    },
  }
})

const unbiasedOp = tf.customGrad((...args: unknown[]) => {
  const [x, weight, save] = args as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void]
  save([x, weight])
  return {
    value: forward(x, weight),
    gradFunc: (dy: Tensor, saved: Tensor[]) => {
      const [x, weight] = saved as [Tensor2D, Tensor2D]
      const own = linearWeightGradients(x, dy as Tensor2D, weight)
      return own ? [inputGradient(weight, dy as Tensor2D), ...own] : productGradients(x, weight, dy as Tensor2D)
    },
  }
})

function forward(x: Tensor2D, weight: Tensor2D, bias?: Tensor1D): Tensor2D {
  const own = ownFunctions()
  if (own) return product(own, x, weight, bias)
  return bias ? (tf.fused.matMul({ a: x, b: weight, bias }) as Tensor2D) : tf.matMul(x, weight)
}

function productGradients(x: Tensor2D, weight: Tensor2D, dy: Tensor2D): Tensor[] {
  const own = ownFunctions()
  const dW = own ? productGradient(own, x, dy) : tf.matMul(transposed(x), dy)
  return [inputGradient(weight, dy), dW]
}

function inputGradient(weight: Tensor2D, dy: Tensor2D): Tensor {
  const own = ownFunctions()
  return own ? productInputGradient(own, dy, weight) : (linearInputGradient(weight, dy) ?? tf.matMul(dy, weight.transpose()))
}
