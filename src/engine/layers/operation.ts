// Operations with custom gradients. The only place that makes them: a custom gradient is correct to
// first order only, so each has a composition of tfjs operations that replaces it inside a second
// derivative.
import { EngineError } from '../base/errors.ts'
import { isComposed } from '../base/order.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { tfEngine } from '../base/tfEngine.ts'
import { trainingMessages } from '../messages/training.ts'

/**
 * A function for `tf.customGrad`: of its inputs, and of a function that saves tensors for the
 * backward pass.
 */
type CustomGradient = Parameters<typeof tf.customGrad>[0]

export interface LayerOp<Inputs extends Tensor[], Output extends Tensor> {
  own: CustomGradient
  /** Must compute the same as `own`, of operations whose gradients tfjs can differentiate. */
  composed: (...inputs: Inputs) => Output
}

/**
 * A layer with a gradient of its own, `own`, at first order, and a composition of tfjs operations at
 * higher orders.
 */
export function layerOp<Inputs extends Tensor[], Output extends Tensor>({
  own,
  composed,
}: LayerOp<Inputs, Output>): (...inputs: Inputs) => Output {
  const firstOrder = tf.customGrad(own)
  return (...inputs) =>
    isComposed() ? composed(...inputs) : (firstOrder(...inputs) as Tensor & Output)
}

/**
 * A linear operation of one tensor, with its adjoint as the gradient. If the adjoint is one as well,
 * derivatives of every order are correct.
 */
export const linearOp =
  (forward: (x: Tensor) => Tensor, adjoint: (dy: Tensor) => Tensor): ((x: Tensor) => Tensor) =>
  (x) =>
    tf.customGrad((input) => ({ value: forward(input as Tensor), gradFunc: adjoint }))(x)

/**
 * A kernel of a backend with its gradient. Second derivatives use the layer that it replaces
 * (`activeBackend`); running it there throws EngineError.
 */
export const kernelOp = (own: CustomGradient): ((...inputs: Tensor[]) => Tensor) =>
  layerOp({ own, composed: refuseKernel })

function refuseKernel(): never {
  throw new EngineError(trainingMessages.kernelInSecondOrder, {})
}

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

/**
 * Runs an operation of kernels and records it if a tape is active. Like tf.customGrad, but with
 * several outputs and lazy gradients: the input gradient of a first convolution, or the gradients of
 * frozen weights, are not computed. Undefined inputs are omitted; gradients are evaluated in the
 * order of the inputs. Throws EngineError inside a second derivative, as {@link kernelOp} does.
 */
export function operation(
  inputs: Readonly<Record<string, Tensor | undefined>>,
  run: () => Done,
): Tensor[] {
  if (isComposed()) refuseKernel()
  const present = Object.entries(inputs).filter(
    (entry): entry is [string, Tensor] => entry[1] !== undefined,
  )
  let done: Done
  return tfEngine<Engine>().runKernelFunc({
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
