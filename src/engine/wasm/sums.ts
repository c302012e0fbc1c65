// Sums of two tensors on the wasm backend.
import { tf } from '../tf.ts'
import type { Call, Info, Kernel } from './call.ts'
import { ownFunctions } from './module.ts'
import { add } from './vectors.ts'

const { arraysEqual, sizeFromShape } = tf.util

/** Floats of one shape; of all others, which are broadcast, the stock kernel makes the sum. */
export function addition(call: Call, stock: Kernel): Info | Info[] {
  const { a, b } = call.inputs as { a: Info; b: Info }
  const own = ownFunctions()
  const size = sizeFromShape(a.shape)
  const isOfFloats = a.dtype === 'float32' && b.dtype === 'float32'
  if (!own || size < 4 || !isOfFloats || !arraysEqual(a.shape, b.shape)) return stock(call)
  const y = call.backend.makeOutput(a.shape, 'float32')
  add(own, a, b, y, size)
  return y
}
