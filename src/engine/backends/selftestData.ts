// Test data of the self-test: sine waves, which are easy to reproduce in any language.
import { countElements } from '../base/shapes.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { differentiate } from '../gradients/differentiate.ts'
import type { selfTestWords } from '../messages/backends.ts'

/** Quantity that the self-test checks, with its value in float64. */
export interface Quantity {
  name: keyof typeof selfTestWords
  value: number
}

/** Returns sin(phase + (0.7 + chirp k) k) for k = 0, 1, ... */
export const wave = (count: number, phase: number, chirp = 0) =>
  Float32Array.from({ length: count }, (_, k) => Math.sin(phase + (0.7 + chirp * k) * k))

/** A tensor of a wave, times `amplitude`. */
export interface WaveTensor {
  shape: number[]
  phase: number
  amplitude: number
  chirp?: number
}

export const waveTensor = ({ shape, phase, amplitude, chirp }: WaveTensor): Tensor =>
  tf.tensor(
    wave(countElements(shape), phase, chirp).map((value) => amplitude * value),
    shape,
  )

/** Returns the loss and its gradients with respect to weights that it depends on. */
export function withGradients(loss: () => Tensor, weights: readonly Tensor[]): Tensor[] {
  const { value, grads } = differentiate(loss, weights)
  return [value, ...grads.map((gradient, i) => gradient ?? tf.zerosLike(weights[i]))]
}
