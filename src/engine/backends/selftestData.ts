// Test data of the self-test: sine waves, which are easy to reproduce in any language.
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { differentiate } from '../training/differentiate.ts'
import type { selfTestWords } from '../messages/backends.ts'

/** Quantity that the self-test checks, with its value in float64. */
export interface Quantity {
  name: keyof typeof selfTestWords
  value: number
}

/** Returns sin(phase + 0.7 k) for k = 0, 1, ... */
export const wave = (count: number, phase: number) =>
  Float32Array.from({ length: count }, (_, k) => Math.sin(phase + 0.7 * k))

/** Returns a tensor of these numbers, times `amplitude`. */
export const waveTensor = ({
  shape,
  phase,
  amplitude,
}: {
  shape: number[]
  phase: number
  amplitude: number
}): Tensor =>
  tf.tensor(
    wave(
      shape.reduce((product, size) => product * size, 1),
      phase,
    ).map((value) => amplitude * value),
    shape,
  )

/** Returns the loss and its gradients with respect to weights that it depends on. */
export function withGradients(loss: () => Tensor, weights: readonly Tensor[]): Tensor[] {
  const { value, grads } = differentiate(loss, weights)
  return [value, ...grads.map((gradient, i) => gradient ?? tf.zerosLike(weights[i]))]
}
