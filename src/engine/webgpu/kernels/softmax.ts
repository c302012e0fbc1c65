// Softmax and its gradient, one dispatch each; tfjs takes four for the gradient, and a workgroup for each row of the other.
import type { TensorInfo } from '../../tf.ts'
import { tf } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import { isSoftware } from '../device.ts'
import type { Bound } from '../wgsl.ts'
import { bound, reader, writer } from '../wgsl.ts'
import { float32, mainCode, runSized } from './sized.ts'
import type { StockKernel } from './stockCall.ts'

/** By the names tfjs has for them. */
export const softmaxKernels: Record<string, StockKernel> = {
  Softmax({ inputs: { logits }, attrs, backend }) {
    const { shape, dtype } = logits!
    const isLast = [-1, shape.length - 1].includes(attrs.dim as number)
    return dtype === 'float32' && isLast && tf.util.sizeFromShape(shape) > 0 ? softmax(backend, logits!) : undefined
  },
}

/** exp(x) / sum exp(x) over the last axis of [..., n]. Reads x three times, writes as much. */
export function softmax(backend: Backend, x: TensorInfo): TensorInfo {
  return overRows(
    backend,
    { name: 'softmax', inputs: { x }, output: 'y' },
    (row) => `var most = vec4f(${LOWEST});
  ${row.fours(`most = max(most, select(vec4f(${LOWEST}), x_at(begin + c), inside));`)}
  var top = max(max(most.x, most.y), max(most.z, most.w));
  ${row.together('top', (a, b) => `max(${a}, ${b})`)}
  var sums = vec4f();
  ${row.fours('sums += select(vec4f(), exp(x_at(begin + c) - top), inside);')}
  var sum = dot(sums, vec4f(1.0));
  ${row.together('sum', (a, b) => `${a} + ${b}`)}
  ${row.fours('y_put(begin + c, exp(x_at(begin + c) - top) / sum, end - c);')}`,
  )
}

/**
 * scale y (dy - sum y dy) for y = softmax(x) over the last axis: the gradient with respect to x, times `scale`. y and dy are [..., n].
 * Reads both twice, writes as much as one.
 */
export function softmaxGradient(backend: Backend, y: TensorInfo, dy: TensorInfo, scale = 1): TensorInfo {
  const kernel = { name: 'softmax gradient', inputs: { y, dy }, output: 'dx', scale }
  return overRows(
    backend,
    kernel,
    (row) => `var sums = vec4f();
  ${row.fours('sums += select(vec4f(), y_at(begin + c) * dy_at(begin + c), inside);')}
  var sum = dot(sums, vec4f(1.0));
  ${row.together('sum', (a, b) => `${a} + ${b}`)}
  ${row.fours('dx_put(begin + c, bitcast<f32>(sizes.scale) * y_at(begin + c) * (dy_at(begin + c) - sum), end - c);')}`,
  )
}

/** Of float32; WGSL has no infinity. */
const LOWEST = '-3.4028234e38'

/** Invocations of a workgroup. */
const THREADS = 64
/** Of one where each has a row of its own: few, so that there are enough workgroups for all cores. */
const ALONE = 8

interface Kernel {
  name: string
  /** [..., n], all of one shape, which is that of the output too. */
  inputs: Record<string, TensorInfo>
  output: string
  /** For `bitcast<f32>(sizes.scale)`. */
  scale?: number
}

/** Parts of the code of a kernel whose invocations share rows. */
interface Row {
  /** For each four numbers of an invocation: they begin at `begin + c`, and those `inside` are of the row. */
  fours: (body: string) => string
  /** A variable of every invocation becomes that of the whole row, in an order that is always the same. */
  together: (variable: string, combined: (a: string, b: string) => string) => string
}

/** A kernel over rows of n numbers; `lanes` invocations a row, each with every `lanes`-th four numbers of it. */
function overRows(backend: Backend, { name, inputs, output, scale }: Kernel, body: (row: Row) => string): TensorInfo {
  const { shape } = Object.values(inputs)[0]!
  const n = shape.at(-1)!
  const rows = tf.util.sizeFromShape(shape) / n
  const lanes = isSoftware(backend.device) ? 1 : Math.min(THREADS, 2 ** Math.ceil(Math.log2(Math.max(1, n / 4))))
  const threads = lanes === 1 ? ALONE : THREADS
  const [written, read] = [bound(output, n), Object.keys(inputs).map((input) => bound(input, n))]
  return runSized(backend, {
    name: `${name} by ${lanes} of ${n % 4 === 0 ? 4 : 1}`,
    sizes: { count: Math.ceil((rows * lanes) / threads), rows, n, ...(scale !== undefined && { scale: bitsOf(scale) }) },
    bound: [[written], read],
    inputs: Object.values(inputs),
    outputs: [float32(shape)],
    code: () => rowsCode(written, read, lanes, threads, body),
  })[0]!
}

/** A float32 as the integer of its bits. */
const bitsOf = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]!

function rowsCode(written: Bound, read: readonly Bound[], lanes: number, threads: number, body: (row: Row) => string): string {
  const fours: Row['fours'] = (body) => `for (var c = 4u * lane; c < end; c += ${4 * lanes}u) {
    let inside = vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(end);
    ${body}
  }`
  const together: Row['together'] = (variable, combined) =>
    lanes === 1
      ? ''
      : `workgroupBarrier();
  partial[thread] = ${variable};
  for (var half = ${lanes / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { partial[thread] = ${combined('partial[thread]', 'partial[thread + half]')}; }
  }
  workgroupBarrier();
  ${variable} = partial[thread - lane];`
  return `${writer(written)}
${read.map(reader).join('\n')}
${lanes > 1 ? `var<workgroup> partial: array<f32, ${threads}>;` : ''}
${mainCode(
  threads,
  `let lane = thread % ${lanes}u;
  let row = group * ${threads / lanes}u + thread / ${lanes}u;
  let end = select(0u, sizes.n, row < sizes.rows);
  let begin = row * sizes.n;
  ${body({ fours, together })}`,
)}`
}
