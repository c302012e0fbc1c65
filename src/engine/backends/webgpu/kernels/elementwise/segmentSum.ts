// Segment sums, the gradient of a row lookup. tfjs adds rows with atomics, so the last bits vary
// from run to run. Here the rows of each segment form a linked list in their order, which one
// invocation traverses.
import type { TensorInfo } from '../../../../base/tf.ts'
import { tf } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { readerCode, tensorBinding, writerCode } from '../../wgsl.ts'
import { dispatchSized, mainCode } from './sizedKernel.ts'
import type { KernelOverride } from './stockCall.ts'

/** By kernel name. */
export const segmentOverrides: Record<string, KernelOverride> = {
  UnsortedSegmentSum({ inputs: { x, segmentIds }, attrs, backend }) {
    const isSupported =
      x.dtype === 'float32' && segmentIds.dtype === 'int32' && segmentIds.shape.length === 1
    const count = attrs.numSegments as number
    return isSupported && tf.util.sizeFromShape(x.shape) * count > 0
      ? segmentSum(backend, x, segmentIds, count)
      : undefined
  },
}

const THREADS = 64

/**
 * Returns [count, ...]: for each segment n the sum of the rows x[i] of [rows, ...] with ids[i] = n,
 * where ids are int32 [rows]; zero for a segment without rows. Ids outside of 0 ... count - 1 are
 * ignored. Reads x once, and for every row the ids up to the next equal one. Clears the output
 * first, which ends the compute pass.
 */
export function segmentSum(
  backend: WebGPUBackend,
  x: TensorInfo,
  ids: TensorInfo,
  count: number,
): TensorInfo {
  const rows = ids.shape[0]
  const [lists] = dispatchSized(backend, {
    name: 'lists of rows with the same number',
    sizes: { count: Math.ceil(rows / THREADS), rows, segments: count },
    bindings: [[{ name: 'lists', of: 'vec2u' }], [{ name: 'ids', of: 'i32' }]],
    inputs: [ids],
    outputs: [{ shape: [rows, 2], dtype: 'int32' }],
    code: () => listCode,
  })
  const sums = sumAlongLists(backend, x, lists, count)
  backend.disposeData(lists.dataId)
  return sums
}

/**
 * Builds the lists. For each row: its id + 1 if it is the first row of its segment, else 0; and the
 * next row of the segment, or the number of rows.
 */
const listCode = mainCode(
  THREADS,
  `let i = group * ${THREADS}u + thread;
  if (i >= sizes.rows) { return; }
  let id = ids[i];
  if (id < 0 || u32(id) >= sizes.segments) {
    lists[i] = vec2u(0u, sizes.rows);
    return;
  }
  var before = i;
  while (before > 0u && ids[before - 1u] != id) { before--; }
  var next = i + 1u;
  while (next < sizes.rows && ids[next] != id) { next++; }
  lists[i] = vec2u(select(0u, u32(id) + 1u, before == 0u), next);`,
)

function sumAlongLists(
  backend: WebGPUBackend,
  x: TensorInfo,
  lists: TensorInfo,
  count: number,
): TensorInfo {
  const [rows, shape] = [x.shape[0], [count, ...x.shape.slice(1)]]
  const width = tf.util.sizeFromShape(x.shape) / rows
  const [sums, read] = [tensorBinding('sums', width), tensorBinding('x', width)]
  return dispatchSized(backend, {
    name: `sums along lists of ${width % 4 === 0 ? 4 : 1}`,
    sizes: { count: Math.ceil((rows * Math.ceil(width / 4)) / THREADS), rows, width },
    bindings: [[sums], [read, { name: 'lists', of: 'vec2u' }]],
    inputs: [x, lists],
    outputs: [backend.zeros(shape)],
    code: () => `${writerCode(sums)}
${readerCode(read)}
${mainCode(
  THREADS,
  `let fours = (sizes.width + 3u) / 4u;
  let i = group * ${THREADS}u + thread;
  let c = 4u * (i % fours);
  var row = i / fours;
  if (row >= sizes.rows) { return; }
  let segment = lists[row].x;
  if (segment == 0u) { return; }
  var sum = vec4f();
  for (; row < sizes.rows; row = lists[row].y) { sum += x_at(row * sizes.width + c); }
  sums_put((segment - 1u) * sizes.width + c, sum, sizes.width - c);`,
)}`,
  })[0]
}
