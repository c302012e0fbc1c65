// Segment sum in the heap of the wasm backend.
import type { HeapArray, KernelCall, TensorHandle } from './kernelCall.ts'

/**
 * Returns [numSegments, ...]: for each segment, the sum of the rows of x with its id. Ids outside
 * of 0 ... numSegments - 1 are ignored.
 */
export function wasmSegmentSum({ inputs, attrs, backend }: KernelCall): TensorHandle {
  const { x, segmentIds } = inputs as { x: TensorHandle; segmentIds: TensorHandle }
  const count = attrs.numSegments as number
  const out = backend.makeOutput([count, ...x.shape.slice(1)], x.dtype)
  const [ids, from, to] = [segmentIds, x, out].map((tensor) =>
    backend.typedArrayFromHeap(tensor),
  ) as [Int32Array, HeapArray, HeapArray]
  to.fill(0)
  const width = to.length / count
  ids.forEach((id, row) => {
    if (id < 0 || id >= count) return
    for (let c = 0; c < width; c++) to[id * width + c] += from[row * width + c]
  })
  return out
}
