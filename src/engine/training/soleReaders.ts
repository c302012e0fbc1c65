// Tensors that one operation alone reads: its gradient of such a tensor is the complete one, so a
// kernel may add it to what is accumulated as it writes it (the gradient arena of WebGPU).
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
}

let current: Tape | undefined

/** Runs `work`, which computes the gradients of these operations. */
export function differentiateReaders<Result>(readers: Readers, work: () => Result): Result {
  const around = current
  current = { readers, around, sole: undefined }
  try {
    return work()
  } finally {
    current = around
  }
}

/** Whether one operation alone reads the data of a tensor. Copies of the tensor share its data. */
export const hasSoleReader = ({ dataId }: Pick<TensorInfo, 'dataId'>): boolean =>
  isSoleIn(current, dataId)

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
