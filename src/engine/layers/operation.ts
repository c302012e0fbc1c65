// Operations with custom gradients, like tf.customGrad, but with several outputs and lazy
// gradients: the input gradient of a first convolution, or the gradients of frozen weights, are not
// computed.
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/**
 * Gradients by input name. Each must be a new tensor, because tfjs disposes of it when it
 * accumulates; clone dy to return it.
 */
export type Gradients = Readonly<Record<string, () => Tensor>>

export interface Done {
  outputs: Tensor[]
  /**
   * Tensors that the gradients read; their data are kept while a tape records. Our kernels may
   * refer to the inputs themselves, because tidy disposes of a tensor but not of kept data.
   */
  keep: Tensor[]
  /**
   * Returns the gradients, given those of the outputs. Work outside of the returned functions is
   * always done.
   */
  gradients: (dys: Tensor[]) => Gradients
}

/** The parts of tfjs's engine that record an operation. */
interface Engine {
  runKernelFunc(kernel: {
    inputs: Record<string, Tensor>
    forwardFunc: (backend: unknown, save: (tensors: Tensor[]) => void) => Tensor[]
    backwardsFunc: (dys: Tensor | Tensor[]) => Gradients
  }): Tensor[]
}

const tfjsEngine = () => tf.engine() as unknown as Engine

/**
 * Runs an operation and records it if a tape is active. Undefined inputs are omitted; gradients are
 * evaluated in the order of the inputs.
 */
export function operation(
  inputs: Readonly<Record<string, Tensor | undefined>>,
  run: () => Done,
): Tensor[] {
  const present = Object.entries(inputs).filter(
    (entry): entry is [string, Tensor] => entry[1] !== undefined,
  )
  let done: Done
  return tfjsEngine().runKernelFunc({
    inputs: Object.fromEntries(present),
    forwardFunc: (_, save) => {
      done = run()
      save(done.keep)
      return done.outputs
    },
    backwardsFunc: (dys) => done.gradients([dys].flat()),
  })
}

/** Memoises a computation. */
export function once<Value>(compute: () => Value): () => Value {
  let found: { value: Value } | undefined
  return () => (found ??= { value: compute() }).value
}
