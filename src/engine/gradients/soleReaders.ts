// Tensors that one operation alone reads: its gradient of such a tensor is the complete one. A kernel
// may then add it to what is accumulated as it writes it (the gradient arena of WebGPU), and it needs
// no tensor of its own.
import type { Tensor, TensorInfo } from '../base/tf.ts'

/** Operations to differentiate, with those of their inputs whose gradients are wanted. */
type Readers = readonly {
  node: { kernelName: string }
  inputs: readonly (readonly [string, Tensor])[]
}[]

interface Tape {
  readers: Readers
  /** The tape of which one operation is differentiated by this one. */
  around: Tape | undefined
  /** The data of tensors with one reader; computed when it is asked for. */
  sole: ReadonlySet<object> | undefined
  /** Ids of tensors whose gradients may be {@link writtenGradient}. */
  slots: ReadonlySet<number> | undefined
}

/**
 * Stands for the gradient of a weight that has been written to its slot. Has no data, and is never
 * added to others: its weight has one reader.
 */
export const writtenGradient = Object.freeze({}) as Tensor

let current: Tape | undefined

/**
 * Runs `work`, which computes the gradients of these operations. `slots`: ids of tensors that have
 * slots, so that their gradients may be {@link writtenGradient}.
 */
export function differentiateReaders<Result>(
  readers: Readers,
  slots: ReadonlySet<number> | undefined,
  work: () => Result,
): Result {
  const around = current
  current = { readers, around, sole: undefined, slots }
  try {
    return work()
  } finally {
    current = around
  }
}

/** Whether one operation alone reads the data of a tensor. Copies of the tensor share its data. */
export const hasSoleReader = ({ dataId }: Pick<TensorInfo, 'dataId'>): boolean =>
  isSoleIn(current, dataId)

/** Whether the gradient of a tensor may be {@link writtenGradient}. */
export const mayBeWritten = (tensor: Tensor): boolean =>
  current?.slots?.has(tensor.id) === true && hasSoleReader(tensor)

function isSoleIn(tape: Tape | undefined, dataId: object): boolean {
  for (let inner = tape; inner; inner = inner.around)
    if (!(inner.sole ??= findSole(inner.readers)).has(dataId)) return false
  return tape !== undefined
}

function findSole(readers: Readers): ReadonlySet<object> {
  const sole = new Set<object>()
  const several = new Set<object>()
  for (const { node, inputs } of readers) {
    // The gradient of a copy is that of its original.
    if (node.kernelName === 'Identity') continue
    for (const [, { dataId }] of inputs) {
      if (sole.has(dataId)) several.add(dataId)
      sole.add(dataId)
    }
  }
  for (const dataId of several) sole.delete(dataId)
  return sole
}
