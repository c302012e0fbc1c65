// Functions of every number by itself, where tfjs takes several kernels.
import type { TensorInfo } from '../../tf.ts'
import { tf } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import { asStored } from '../half.ts'
import { bound, reader, silu, slopeCode, writer } from '../wgsl.ts'
import { float32, mainCode, runSized } from './sized.ts'

/** x / (1 + exp(-x)). Reads x, writes as much. */
export const siluForward = (backend: Backend, x: TensorInfo): TensorInfo =>
  elementwise(backend, 'silu', { x }, silu, 'silu(x_at(i))')

/** dy silu'(x). Reads both, writes as much. */
export const siluGradient = (backend: Backend, x: TensorInfo, dy: TensorInfo): TensorInfo =>
  elementwise(backend, 'silu gradient', { x, dy }, slopeCode(true), 'dz_of(dy_at(i), x_at(i))')

const THREADS = 64

/** `value`, of four numbers of each input, `<input>_at(i)`. */
function elementwise(
  backend: Backend,
  name: string,
  inputs: { x: TensorInfo; [name: string]: TensorInfo },
  functions: string,
  value: string,
): TensorInfo {
  const { shape } = inputs.x
  const numbers = tf.util.sizeFromShape(shape)
  const y = bound('y', numbers)
  const { half } = backend.stored(inputs.x)
  const read = Object.keys(inputs).map((input) => bound(input, numbers, half && input === 'x'))
  return runSized(backend, {
    name: `${name} of ${half ? 'halves' : numbers % 4 === 0 ? 4 : 1}`,
    sizes: { count: Math.ceil(numbers / 4 / THREADS), numbers },
    bound: [[y], read],
    inputs: Object.entries(inputs).map(([input, tensor]) => asStored(tensor, half && input === 'x')),
    outputs: [float32(shape)],
    code: () => `${writer(y)}
${read.map(reader).join('\n')}
${functions}
${mainCode(
  THREADS,
  `let i = 4u * (group * ${THREADS}u + thread);
  if (i >= sizes.numbers) { return; }
  y_put(i, ${value}, sizes.numbers - i);`,
)}`,
  })[0]!
}
