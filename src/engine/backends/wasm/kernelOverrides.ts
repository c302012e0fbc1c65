// Replaces kernels of tfjs's wasm backend that do more work than necessary:
// - Identity copies its input, where all other backends share it; every tensor that is saved for a
//   gradient goes through it.
// - Slice and SplitV read the entire input out of the heap before they take a part, so splitting a
//   vector into n parts costs n copies of it.
// - Concat of short rows creates two objects for each row.
// - BatchMatMul is fast (XNNPACK) for two matrices, but for a batch or a transposed matrix its
//   loops are slower than the same in JavaScript.
// - Add has one thread.
// - Small kernels get all threads; see xnnpackThreads.ts.
// - They do not know that workers may still be computing their inputs.
// UnsortedSegmentSum, the gradient of a row lookup, is missing in tfjs, and added here.
import { tf } from '../../base/tf.ts'
import { replaceKernel } from '../replaceKernel.ts'
import { addKernel } from './addKernel.ts'
import { batchMatMul } from './batchMatMul.ts'
import type { KernelCall, KernelFunction, TensorHandle } from './kernelCall.ts'
import { wasmSegmentSum } from './segmentSum.ts'
import { wasmConcat, wasmIdentity, wasmSlice, wasmSplit } from './sliceConcat.ts'
import { activeWasm } from './wasmFunctions.ts'
import { threadLargeCalls } from './xnnpackThreads.ts'

type Override = (call: KernelCall, stock: KernelFunction) => TensorHandle | TensorHandle[]

/** By kernel name. */
const overrides: Partial<Record<string, Override>> = {
  Add: addKernel,
  Identity: wasmIdentity,
  Slice: wasmSlice,
  SplitV: wasmSplit,
  Concat: wasmConcat,
  BatchMatMul: batchMatMul,
}

/** Stock kernels that access no memory. */
const withoutMemory = new Set(['Reshape', 'ExpandDims'])

/** Completes running jobs before a stock kernel accesses the memory. */
const afterJobs =
  (kernel: KernelFunction): KernelFunction =>
  (call) => {
    activeWasm()?.finish()
    return kernel(call)
  }

/** Kernels that tfjs does not have. */
const addedKernels = { UnsortedSegmentSum: wasmSegmentSum }

/**
 * Replaces and adds the kernels globally, after tfjs-backend-wasm has been imported. Calling it
 * again is harmless.
 */
export function overrideWasmKernels(): void {
  for (const { kernelName: name } of tf.getKernelsForBackend('wasm')) {
    if (withoutMemory.has(name)) continue
    replaceKernel<KernelFunction>(name, 'wasm', (registered) => {
      const [override, stock] = [overrides[name], afterJobs(threadLargeCalls(name, registered))]
      // Strings are not in the heap, so they are left to the stock kernel.
      return override ? (call) => (hasStrings(call) ? stock(call) : override(call, stock)) : stock
    })
  }
  for (const [kernelName, kernelFunc] of Object.entries(addedKernels))
    if (!tf.getKernel(kernelName, 'wasm'))
      tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: kernelFunc as never })
}

const hasStrings = ({ inputs }: KernelCall) =>
  (Object.values(inputs) as TensorHandle[]).some(({ dtype }) => dtype === 'string')
