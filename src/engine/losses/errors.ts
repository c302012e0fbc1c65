// How wrong a prediction is, number by number: squared, absolute, or one that changes from the one to the other.
import { perItem } from '../coefficients.ts'
import type { Scalar, Tensor, Tensor1D } from '../tf.ts'
import { tf } from '../tf.ts'

export const lossKinds = ['mse', 'l1', 'huber', 'pseudo_huber'] as const
export type LossKind = (typeof lossKinds)[number]

export interface ErrorOptions {
  kind: LossKind
  /** Of `huber`: where the line begins. Default 1. */
  delta?: number
  /** Of `pseudo_huber`: about where the line begins. Default 0.001. */
  c?: number
}

/** d² / 2 up to |d| = delta and a line beyond, as `torch.nn.functional.huber_loss`. */
function huber(difference: Tensor, { delta = 1 }: ErrorOptions): Tensor {
  const size = difference.abs()
  const near = size.minimum(delta)
  return near.mul(size.sub(near.mul(0.5)))
}

/** √(d² + c²) - c: Song & Dhariwal 2023, section 3.3, by number as diffusers has it. */
const pseudoHuber = (difference: Tensor, { c = 0.001 }: ErrorOptions): Tensor =>
  difference
    .square()
    .add(c * c)
    .sqrt()
    .sub(c)

const errors: { [K in LossKind]: (difference: Tensor, options: ErrorOptions) => Tensor } = {
  mse: (difference) => difference.square(),
  // The gradient of tf.abs is -1 at 0, that of this is 0.
  l1: (difference) => difference.mul(difference.sign()),
  huber,
  pseudo_huber: pseudoHuber,
}

type Weighted = ErrorOptions & {
  /** One per item or one for all: what the errors of each item are multiplied by. */
  weights?: Float64Array
}

/** The errors of all elements, with the shape of both. */
export function weightedErrors(prediction: Tensor, target: Tensor, { weights, ...options }: Weighted): Tensor {
  const error = errors[options.kind](tf.sub(prediction, target), options)
  return weights ? error.mul(perItem(weights, error)) : error
}

/** The mean error over all elements. */
export const meanError = (prediction: Tensor, target: Tensor, options: Weighted): Scalar =>
  weightedErrors(prediction, target, options).mean()

/** The mean of `values`, `[b, ...]`, over each item: `[b]`. */
export const itemMeans = (values: Tensor): Tensor1D => values.reshape([values.shape[0]!, -1]).mean(1)
