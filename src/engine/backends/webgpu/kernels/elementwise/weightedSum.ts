// Weighted sum of tensors, with a factor for each item, in one dispatch. tfjs multiplies and adds
// each tensor separately.
import type { TensorInfo } from '../../../../base/tf.ts'
import { tf } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { readerCode, tensorBinding, unroll, writerCode } from '../../wgsl.ts'
import { dispatchSized, float32Output, mainCode } from './sizedKernel.ts'

const THREADS = 64

/**
 * Returns y = sum over i of factors[i] x_i, with x_i and y of [b, ...] and factors of [terms, b],
 * or of [terms, 1] for all items. Reads each x_i, writes y.
 */
export function weightedSumByKernel(
  backend: WebGPUBackend,
  x: readonly TensorInfo[],
  factors: TensorInfo,
): TensorInfo {
  const { shape } = x[0]
  const numbers = tf.util.sizeFromShape(shape)
  const rows = factors.shape[1]
  const itemSize = numbers / rows
  // Four adjacent numbers may belong to two items.
  const mixed = itemSize % 4 !== 0
  const bind = (name: string) => tensorBinding(name, numbers)
  const factor = (i: string) => `factors[term * sizes.rows + item_at(${i})]`
  const [y, read] = [bind('y'), x.map((_, i) => bind(`x${i}`))]
  return dispatchSized(backend, {
    name: `weighted sum of ${x.length} by ${numbers % 4 === 0 ? 4 : 1}${mixed ? ', apart' : ''}`,
    sizes: { count: Math.ceil(numbers / 4 / THREADS), numbers, each: itemSize, rows },
    bindings: [[y], [...read, { name: 'factors', of: 'f32' }]],
    inputs: [...x, factors],
    outputs: [float32Output(shape)],
    code: () => `${writerCode(y)}
${read.map(readerCode).join('\n')}
fn item_at(i: u32) -> u32 { return min(i / sizes.each, sizes.rows - 1u); }
fn factors_at(term: u32, i: u32) -> vec4f {
  ${
    mixed
      ? `return vec4f(${unroll(4, (e) => factor(`i + ${e}u`), ', ')});`
      : `return vec4f(${factor('i')});`
  }
}
${mainCode(
  THREADS,
  `let i = 4u * (group * ${THREADS}u + thread);
  if (i >= sizes.numbers) { return; }
  var sum = factors_at(0u, i) * x0_at(i);
  ${x
    .slice(1)
    .map((_, t) => `sum = fma(factors_at(${t + 1}u, i), x${t + 1}_at(i), sum);`)
    .join('\n')}
  y_put(i, sum, sizes.numbers - i);`,
)}`,
  })[0]
}
