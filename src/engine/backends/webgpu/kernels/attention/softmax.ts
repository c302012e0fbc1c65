// Softmax and its gradient, one dispatch each. tfjs takes four for the gradient, and a workgroup
// for each row of the softmax.
import type { TensorInfo } from '../../../../base/tf.ts'
import { tf } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { rulesFor } from '../software/rules.ts'
import type { BoundTensor } from '../../wgsl.ts'
import { readerCode, tensorBinding, writerCode } from '../../wgsl.ts'
import { dispatchSized, float32Output, mainCode } from '../elementwise/sizedKernel.ts'
import { needsMemory, reduceCode, reductionLanes } from '../elementwise/subgroupSums.ts'
import type { KernelOverride } from '../elementwise/stockCall.ts'

/** By kernel name. */
export const softmaxOverrides: Record<string, KernelOverride> = {
  Softmax({ inputs: { logits }, attrs, backend }) {
    const { shape, dtype } = logits
    const isLast = [-1, shape.length - 1].includes(attrs.dim as number)
    return dtype === 'float32' && isLast && tf.util.sizeFromShape(shape) > 0
      ? softmax(backend, logits)
      : undefined
  },
}

/**
 * Returns exp(x) / sum exp(x) over the last axis of [..., n]. Reads x three times, writes as much.
 */
export function softmax(backend: WebGPUBackend, x: TensorInfo): TensorInfo {
  return dispatchRows(
    backend,
    { name: 'softmax', inputs: { x }, output: 'y' },
    (row) => `var most = vec4f(${LOWEST});
  ${row.forFours(`most = max(most, select(vec4f(${LOWEST}), x_at(begin + c), inside));`)}
  var top = max(max(most.x, most.y), max(most.z, most.w));
  ${row.reduce('top', (a, b) => `max(${a}, ${b})`)}
  var sums = vec4f();
  ${row.forFours('sums += select(vec4f(), exp(x_at(begin + c) - top), inside);')}
  var sum = dot(sums, vec4f(1.0));
  ${row.reduce('sum', (a, b) => `${a} + ${b}`)}
  ${row.forFours('y_put(begin + c, exp(x_at(begin + c) - top) / sum, end - c);')}`,
  )
}

/**
 * Returns scale y (dy - sum y dy) over the last axis of [..., n]: for y = softmax(x), the gradient
 * with respect to x, times `scale`. Reads y and dy twice, writes one tensor.
 */
export function softmaxBackward(
  backend: WebGPUBackend,
  y: TensorInfo,
  dy: TensorInfo,
  scale = 1,
): TensorInfo {
  const kernel = { name: 'softmax gradient', inputs: { y, dy }, output: 'dx', scale }
  const dx = 'bitcast<f32>(sizes.scale) * y_at(begin + c) * (dy_at(begin + c) - sum)'
  return dispatchRows(
    backend,
    kernel,
    (row) => `var sums = vec4f();
  ${row.forFours('sums += select(vec4f(), y_at(begin + c) * dy_at(begin + c), inside);')}
  var sum = dot(sums, vec4f(1.0));
  ${row.reduce('sum', (a, b) => `${a} + ${b}`)}
  ${row.forFours(`dx_put(begin + c, ${dx}, end - c);`)}`,
  )
}

/** The lowest float32; WGSL has no infinity. */
const LOWEST = '-3.4028234e38'

const THREADS = 64
/**
 * Invocations of a workgroup where each has a row of its own: few, so that there are enough
 * workgroups for all cores.
 */
const PRIVATE_THREADS = 8

interface RowKernel {
  name: string
  /** [..., n], all of the same shape, which is also that of the output. */
  inputs: Record<string, TensorInfo>
  output: string
  /** Passed as `bitcast<f32>(sizes.scale)`. */
  scale?: number
}

/** Code generators for a kernel whose invocations share rows. */
interface RowCode {
  /**
   * Loops over the fours of an invocation, which begin at `begin + c`; `inside`: elements of the
   * row.
   */
  forFours: (body: string) => string
  /** Combines a variable over the invocations of the row, in a fixed order. */
  reduce: (variable: string, combine: (a: string, b: string) => string) => string
}

/**
 * Runs a kernel over rows of n numbers. Each row has `lanes` invocations, which take turns by
 * fours.
 */
function dispatchRows(
  backend: WebGPUBackend,
  { name, inputs, output, scale }: RowKernel,
  body: (row: RowCode) => string,
): TensorInfo {
  const { shape } = Object.values(inputs)[0]
  const n = shape[shape.length - 1]
  const rows = tf.util.sizeFromShape(shape) / n
  const lanes = rulesFor(backend.device).sharesMemory
    ? Math.min(THREADS, 2 ** Math.ceil(Math.log2(Math.max(1, n / 4))))
    : 1
  const threads = lanes === 1 ? PRIVATE_THREADS : THREADS
  const subgroups = lanes === 1 ? 1 : reductionLanes(backend.device)
  const written = tensorBinding(output, n)
  const read = Object.keys(inputs).map((input) => tensorBinding(input, n))
  return dispatchSized(backend, {
    name: `${name} by ${lanes} of ${n % 4 === 0 ? 4 : 1}`,
    sizes: {
      count: Math.ceil((rows * lanes) / threads),
      rows,
      n,
      ...(scale !== undefined && { scale: scaleBits(scale) }),
    },
    bindings: [[written], read],
    inputs: Object.values(inputs),
    outputs: [float32Output(shape)],
    lanes: subgroups,
    code: () => rowsCode(written, read, { lanes, threads, subgroups }, body),
  })[0]
}

/** Returns the bits of a float32 as an integer. */
const scaleBits = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]

function rowsCode(
  written: BoundTensor,
  read: readonly BoundTensor[],
  { lanes, threads, subgroups }: { lanes: number; threads: number; subgroups: number },
  body: (row: RowCode) => string,
): string {
  const forFours: RowCode['forFours'] = (
    body,
  ) => `for (var c = 4u * lane; c < end; c += ${4 * lanes}u) {
    let inside = vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(end);
    ${body}
  }`
  const reduce: RowCode['reduce'] = (variable, combine) =>
    reduceCode({
      variable,
      count: lanes,
      stride: 1,
      lanes: subgroups,
      combine,
      thread: 'thread',
      index: 'lane',
      memory: 'partial',
    })
  return `${writerCode(written)}
${read.map(readerCode).join('\n')}
${needsMemory({ count: lanes, stride: 1, lanes: subgroups }) ? `var<workgroup> partial: array<f32, ${threads}>;` : ''}
${mainCode(
  threads,
  `let lane = thread % ${lanes}u;
  let row = group * ${threads / lanes}u + thread / ${lanes}u;
  let end = select(0u, sizes.n, row < sizes.rows);
  let begin = row * sizes.n;
  ${body({ forFours, reduce })}`,
  subgroups,
)}`
}
