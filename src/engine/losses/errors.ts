// Elementwise errors of a prediction: squared, absolute, Huber, pseudo-Huber.
import { activeBackend } from '../base/backend.ts'
import { captureKey, captureOrReplay } from '../base/captureOrReplay.ts'
import { isSameShape, perItem } from '../process/coefficients.ts'
import type { Scalar, Tensor, Tensor1D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

export const lossKinds = ['mse', 'l1', 'huber', 'pseudo_huber'] as const
export type LossKind = (typeof lossKinds)[number]

export interface ErrorOptions {
  kind: LossKind
  /** For `huber`: the threshold between quadratic and linear. Default 1. */
  delta?: number
  /** For `pseudo_huber`: the approximate threshold. Default 0.001. */
  c?: number
}

/** d² / 2 up to |d| = delta, linear beyond, as `torch.nn.functional.huber_loss`. */
function huber(difference: Tensor, { delta = 1 }: ErrorOptions): Tensor {
  const size = difference.abs()
  const near = size.minimum(delta)
  return near.mul(size.sub(near.mul(0.5)))
}

/** √(d² + c²) - c per element, as in diffusers (Song & Dhariwal 2023, section 3.3). */
const pseudoHuber = (difference: Tensor, { c = 0.001 }: ErrorOptions): Tensor =>
  difference
    .square()
    .add(c * c)
    .sqrt()
    .sub(c)

/** (prediction - target)² per element; one kernel where the backend has it. */
function squared(prediction: Tensor, target: Tensor): Tensor {
  const { squaredDifference } = activeBackend()
  return squaredDifference && isSameShape(prediction.shape, target.shape)
    ? squaredDifference(prediction, target)
    : tf.sub(prediction, target).square()
}

type OtherKind = Exclude<LossKind, 'mse'>

const errors: { [K in OtherKind]: (difference: Tensor, options: ErrorOptions) => Tensor } = {
  // tf.abs has gradient -1 at 0; this has 0.
  l1: (difference) => difference.mul(difference.sign()),
  huber,
  pseudo_huber: pseudoHuber,
}

type Weighted = ErrorOptions & {
  /** Factors on the errors, one per item or one for all. */
  weights?: Float64Array
}

/** Returns the weighted error of every element. */
export function weightedErrors(
  prediction: Tensor,
  target: Tensor,
  { weights, kind, ...options }: Weighted,
): Tensor {
  const error = plainErrors(prediction, target, { kind, ...options })
  return weights ? error.mul(perItem(weights, error)) : error
}

const plainErrors = (prediction: Tensor, target: Tensor, options: ErrorOptions): Tensor =>
  options.kind === 'mse'
    ? squared(prediction, target)
    : errors[options.kind](tf.sub(prediction, target), options)

/** The mean error over all elements. */
export function meanError(prediction: Tensor, target: Tensor, options: Weighted): Scalar {
  const { meanSquaredDifference } = activeBackend()
  const { weights, ...plain } = options
  if (!isSameShape(prediction.shape, target.shape))
    return weightedErrors(prediction, target, options).mean()
  if (meanSquaredDifference && plain.kind === 'mse' && !weights)
    return meanSquaredDifference(prediction, target)
  return captureOrReplay({
    key: captureKey(`mean error ${JSON.stringify(plain)}`),
    weights: {},
    inputs: [prediction, target, ...(weights ? [perItem(weights, prediction)] : [])],
    run([prediction, target, factors]) {
      const error = plainErrors(prediction, target, plain)
      return (factors ? error.mul(factors) : error).mean()
    },
  }) as Scalar
}

/** The mean of `values`, `[b, ...]`, over each item: `[b]`. */
export const itemMeans = (values: Tensor): Tensor1D => values.reshape([values.shape[0], -1]).mean(1)
