// Sums of tensors with a factor for each item, where tfjs takes a product for each tensor and a sum for each but the first.
import type { TensorInfo } from '../../tf.ts'
import { tf } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import { bound, reader, unrolled, writer } from '../wgsl.ts'
import { float32, mainCode, runSized } from './sized.ts'

const THREADS = 64

/**
 * y = sum over i of factors[i] x_i, with x_i and y of [b, ...] and factors of [terms, b], or of [terms, 1] for all items.
 * Reads each x_i, writes y.
 */
export function weightedSum(backend: Backend, x: readonly TensorInfo[], factors: TensorInfo): TensorInfo {
  const { shape } = x[0]!
  const numbers = tf.util.sizeFromShape(shape)
  const rows = factors.shape[1]!
  const each = numbers / rows
  // Four numbers that lie together may be of two items.
  const apart = each % 4 !== 0
  const [y, ...read] = ['y', ...x.map((_, i) => `x${i}`)].map((name) => bound(name, numbers))
  return runSized(backend, {
    name: `weighted sum of ${x.length} by ${numbers % 4 === 0 ? 4 : 1}${apart ? ', apart' : ''}`,
    sizes: { count: Math.ceil(numbers / 4 / THREADS), numbers, each, rows },
    bound: [[y!], [...read, { name: 'factors', of: 'f32' }]],
    inputs: [...x, factors],
    outputs: [float32(shape)],
    code: () => `${writer(y!)}
${read.map(reader).join('\n')}
fn item_of(i: u32) -> u32 { return min(i / sizes.each, sizes.rows - 1u); }
fn factors_at(term: u32, i: u32) -> vec4f {
  ${
    apart
      ? `return vec4f(${unrolled(4, (e) => `factors[term * sizes.rows + item_of(i + ${e}u)]`, ', ')});`
      : 'return vec4f(factors[term * sizes.rows + item_of(i)]);'
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
  })[0]!
}
