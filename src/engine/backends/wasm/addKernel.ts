// Addition of two tensors on the wasm backend.
import { tf } from '../../base/tf.ts'
import type { KernelCall, KernelFunction, TensorHandle } from './kernelCall.ts'
import { addTensors } from './vectorOps.ts'
import { activeWasm } from './wasmFunctions.ts'

const { arraysEqual, sizeFromShape } = tf.util

/**
 * Adds float tensors of the same shape. Broadcasting and other types are left to the stock kernel.
 */
export function addKernel(call: KernelCall, stock: KernelFunction): TensorHandle | TensorHandle[] {
  const { a, b } = call.inputs as { a: TensorHandle; b: TensorHandle }
  const wasm = activeWasm()
  const size = sizeFromShape(a.shape)
  const areFloats = a.dtype === 'float32' && b.dtype === 'float32'
  if (!wasm || size < 4 || !areFloats || !arraysEqual(a.shape, b.shape)) return stock(call)
  const y = call.backend.makeOutput(a.shape, 'float32')
  addTensors(wasm, a, b, y, size)
  return y
}
