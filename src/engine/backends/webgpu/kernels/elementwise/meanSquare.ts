// Mean of squared differences, the loss of most trainings: workgroups sum parts of the tensors, and
// another one sums these, in a fixed order.
import type { TensorInfo } from '../../../../base/tf.ts'
import { tf } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { dispatchSized, float32Output, mainCode } from './sizedKernel.ts'
import { needsMemory, reduceCode, reductionLanes } from './subgroupSums.ts'

/** The most partial sums, which one workgroup adds. */
const MAX_PARTS = 256
/** Elements of an invocation that are worth another workgroup. */
const PER_THREAD = 8

/**
 * Returns the mean of (a - b)² over all elements, a scalar. Reads a and b once, in two dispatches. For
 * GPUs: software devices have no fast workgroup memory.
 */
export function meanSquaredDifference(
  backend: WebGPUBackend,
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo {
  const size = tf.util.sizeFromShape(a.shape)
  const limit = backend.device.limits.maxComputeInvocationsPerWorkgroup
  const threads = 2 ** Math.floor(Math.log2(Math.min(MAX_PARTS, limit)))
  const parts = Math.min(threads, Math.ceil(size / (threads * PER_THREAD)))
  const term = 'let d = a[i] - b[i]; sum = fma(d, d, sum);'
  const [sums] = dispatchSum(backend, threads, {
    name: 'squared differences',
    sizes: { count: parts, size, divisor: 1 },
    inputs: { a, b },
    output: [parts],
    term,
  })
  const [mean] = dispatchSum(backend, threads, {
    name: 'mean',
    sizes: { count: 1, size: parts, divisor: size },
    inputs: { sums },
    output: [],
    term: 'sum += sums[i];',
  })
  backend.disposeData(sums.dataId)
  return mean
}

interface Sum {
  name: string
  sizes: { count: number; size: number; divisor: number }
  inputs: Record<string, TensorInfo>
  output: number[]
  /** Adds element `i` to `sum`. */
  term: string
}

/** Each workgroup sums every `count`-th block of elements. */
function dispatchSum(
  backend: WebGPUBackend,
  threads: number,
  { name, sizes, inputs, output, term }: Sum,
): TensorInfo[] {
  const lanes = reductionLanes(backend.device)
  const tree = { count: threads, stride: 1, lanes }
  return dispatchSized(backend, {
    name: `sum of ${name} by ${threads}`,
    sizes,
    bindings: [
      [{ name: 'total', of: 'f32' }],
      Object.keys(inputs).map((each) => ({ name: each, of: 'f32' }) as const),
    ],
    inputs: Object.values(inputs),
    outputs: [float32Output(output)],
    lanes,
    code: () => `${needsMemory(tree) ? `var<workgroup> partial: array<f32, ${threads}>;` : ''}
${mainCode(
  threads,
  `var sum = 0f;
  for (var i = group * ${threads}u + thread; i < sizes.size; i += sizes.count * ${threads}u) { ${term} }
  ${reduceCode({
    ...tree,
    variable: 'sum',
    combine: (a, b) => `${a} + ${b}`,
    thread: 'thread',
    index: 'thread',
    memory: 'partial',
  })}
  if (thread == 0u) { total[group] = sum / f32(sizes.divisor); }`,
  lanes,
)}`,
  })
}
