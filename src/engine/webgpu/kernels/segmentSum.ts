// Sums of rows that have the same number, the gradient of looking rows up. tfjs adds them with atomics as they come: the last
// bits differ from one time to the next. Here the rows of a number are a list, in the order they are in, and one invocation goes
// along it.
import type { TensorInfo } from '../../tf.ts'
import { tf } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import { bound, reader, writer } from '../wgsl.ts'
import { mainCode, runSized } from './sized.ts'
import type { StockKernel } from './stockCall.ts'

/** By the names tfjs has for them. */
export const segmentKernels: Record<string, StockKernel> = {
  UnsortedSegmentSum({ inputs: { x, segmentIds }, attrs, backend }) {
    const isPlain = x!.dtype === 'float32' && segmentIds!.dtype === 'int32' && segmentIds!.shape.length === 1
    const count = attrs.numSegments as number
    return isPlain && tf.util.sizeFromShape(x!.shape) * count > 0 ? segmentSum(backend, x!, segmentIds!, count) : undefined
  },
}

const THREADS = 64

/**
 * [count, ...]: at n the sum of the rows x[i] of [rows, ...] whose `ids[i]` is n, of [rows], int32; zero where there is none. Other
 * numbers than 0 ... count - 1 go nowhere. Reads x once and the numbers as often as there are rows, but only up to the next equal one;
 * clears what it writes first, which ends the pass.
 */
export function segmentSum(backend: Backend, x: TensorInfo, ids: TensorInfo, count: number): TensorInfo {
  const rows = ids.shape[0]!
  const [lists] = runSized(backend, {
    name: 'lists of rows with the same number',
    sizes: { count: Math.ceil(rows / THREADS), rows, segments: count },
    bound: [[{ name: 'lists', of: 'vec2u' }], [{ name: 'ids', of: 'i32' }]],
    inputs: [ids],
    outputs: [{ shape: [rows, 2], dtype: 'int32' }],
    code: () => listCode,
  })
  const sums = alongLists(backend, x, lists!, count)
  backend.disposeData(lists!.dataId)
  return sums
}

/**
 * A list for each number: of a row the number, if no row before it has the same, plus 1, else 0; and the next row that has it, or the
 * count of rows.
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

function alongLists(backend: Backend, x: TensorInfo, lists: TensorInfo, count: number): TensorInfo {
  const [rows, shape] = [x.shape[0]!, [count, ...x.shape.slice(1)]]
  const width = tf.util.sizeFromShape(x.shape) / rows
  const [sums, read] = [bound('sums', width), bound('x', width)]
  return runSized(backend, {
    name: `sums along lists of ${width % 4 === 0 ? 4 : 1}`,
    sizes: { count: Math.ceil((rows * Math.ceil(width / 4)) / THREADS), rows, width },
    bound: [[sums], [read, { name: 'lists', of: 'vec2u' }]],
    inputs: [x, lists],
    outputs: [backend.zeros(shape)],
    code: () => `${writer(sums)}
${reader(read)}
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
  })[0]!
}
