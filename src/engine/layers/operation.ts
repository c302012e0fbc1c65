// Operations with gradients of their own, as tf.customGrad makes them, but of several outputs, and with gradients that are computed
// only if they are asked for: the first convolution of a network needs none of its input, weights that are held need none at all.
import type { Tensor, TensorInfo } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Backend } from '../webgpu/backend.ts'
import { tensorOf } from '../webgpu/own.ts'

/**
 * By the names of the inputs, a gradient of the shape of each. Each has to be a tensor of its own, as tfjs disposes of it when it
 * adds another to it; dy is to be cloned.
 */
export type Gradients = Readonly<Record<string, () => Tensor>>

export interface Done {
  outputs: Tensor[]
  /**
   * What the gradients read: their numbers stay while there is a tape. To kernels of ours the inputs themselves can be named then,
   * for tidying takes a tensor away and not its numbers.
   */
  keep: Tensor[]
  /** From the gradients of the outputs. What it computes by itself, and not one of the gradients, it always computes. */
  gradients: (dys: Tensor[]) => Gradients
}

/** What tfjs has for its own operations. */
interface Engine {
  runKernelFunc(kernel: {
    inputs: Record<string, Tensor>
    forwardFunc: (backend: unknown, save: (tensors: Tensor[]) => void) => Tensor[]
    backwardsFunc: (dys: Tensor | Tensor[]) => Gradients
  }): Tensor[]
  track(tensor: { kept: boolean; dispose: () => void }): void
}

const engine = () => tf.engine() as unknown as Engine

/**
 * Runs an operation, and records it on the tape if there is one. Inputs that are undefined are not there; gradients are asked for
 * in the order of the inputs.
 */
export function operation(inputs: Readonly<Record<string, Tensor | undefined>>, run: () => Done): Tensor[] {
  const present = Object.entries(inputs).filter((entry): entry is [string, Tensor] => entry[1] !== undefined)
  let done: Done
  return engine().runKernelFunc({
    inputs: Object.fromEntries(present),
    forwardFunc: (_, save) => {
      done = run()
      save(done.keep)
      return done.outputs
    },
    backwardsFunc: (dys) => done.gradients([dys].flat()),
  })
}

/** Computes a value when it is asked for the first time. */
export function once<Value>(compute: () => Value): () => Value {
  let found: { value: Value } | undefined
  return () => (found ??= { value: compute() }).value
}

/**
 * What several gradients of an operation share. tfjs tidies up after each gradient and knows nothing of what is held here: what
 * nobody has taken is disposed of when the scope ends that the shelf was made in, which is the whole backward pass.
 */
interface Shelf {
  /** Tensors that are held, or lists of them, by name. */
  hold: <Made extends object>(made: Made) => Made
  /** As a gradient, which is the caller's from now on. */
  take: (info: TensorInfo) => Tensor
  /** Nobody needs it any more. */
  drop: (info: TensorInfo) => void
}

export function shelf(backend: Backend): Shelf {
  const held = new Set<object>()
  const drop = (dataId: object) => held.delete(dataId) && backend.disposeData(dataId)
  engine().track({ kept: false, dispose: () => held.forEach(drop) })
  return {
    hold(made) {
      const infos = Object.values(made as Record<string, TensorInfo | TensorInfo[] | undefined>)
      for (const info of infos.flat()) if (info) held.add(info.dataId)
      return made
    },
    take(info) {
      held.delete(info.dataId)
      return tensorOf(info)
    },
    drop: ({ dataId }) => drop(dataId),
  }
}
