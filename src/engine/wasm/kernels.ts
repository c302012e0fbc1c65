// Replaces kernels of tfjs's wasm backend that do more than they have to: Identity copies its input, where all other
// backends share it (and every tensor that is saved for a gradient goes through it); Slice and SplitV read the whole
// input out of the heap before they take a part, so that to split a vector into n costs n copies of it; Concat of short
// rows makes two objects a row. BatchMatMul has a quick way (XNNPACK) for two matrices, but for a batch of them or a
// transposed one its loops are slower than the same in JavaScript. Add has one thread. And all threads are for large kernels
// alone: see pool.ts.
// UnsortedSegmentSum, the gradient of looking rows up, it does not have.
import { replaceKernel } from '../replaceKernel.ts'
import { tf } from '../tf.ts'
import type { Call, Info, Kernel } from './call.ts'
import { concat, identity, slice, split } from './parts.ts'
import { threadedKernels, withThreads } from './pool.ts'
import { batchMatMul } from './products.ts'
import { segmentSum } from './segmentSum.ts'
import { addition } from './sums.ts'

const kernels: Partial<Record<string, (call: Call, stock: Kernel) => Info | Info[]>> = {
  Add: addition,
  Identity: identity,
  Slice: slice,
  SplitV: split,
  Concat: concat,
  BatchMatMul: batchMatMul,
}

/** Those that tfjs has none of. */
const missing = { UnsortedSegmentSum: segmentSum }

/** Replaces and adds them for the whole page; calling it again is harmless. To be called after tfjs-backend-wasm was imported. */
export function quickerOnWasm(): void {
  for (const name of new Set([...Object.keys(kernels), ...threadedKernels])) {
    replaceKernel<Kernel>(name, 'wasm', (registered) => {
      const [kernel, stock] = [kernels[name], withThreads(name, registered)]
      // Strings are not in the heap: they stay with the stock kernel.
      return kernel ? (call) => (isOfStrings(call) ? stock(call) : kernel(call, stock)) : stock
    })
  }
  for (const [kernelName, kernelFunc] of Object.entries(missing))
    if (!tf.getKernel(kernelName, 'wasm')) tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: kernelFunc as never })
}

const isOfStrings = ({ inputs }: Call) => (Object.values(inputs) as Info[]).some(({ dtype }) => dtype === 'string')
