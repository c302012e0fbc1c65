// Elementwise functions in one dispatch, where tfjs uses several kernels.
import type { TensorInfo } from '../../../../base/tf.ts'
import { tf } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { withStorage } from '../../halfStorage.ts'
import {
  tensorBinding,
  readerCode,
  siluCode,
  activationGradientCode,
  writerCode,
} from '../../wgsl.ts'
import { geluCode } from './geluCode.ts'
import { float32Output, mainCode, dispatchSized } from './sizedKernel.ts'

/** Returns x / (1 + exp(-x)). Reads x, writes as much. */
export const siluForward = (backend: WebGPUBackend, x: TensorInfo): TensorInfo =>
  elementwise(backend, 'silu', { x }, siluCode, 'silu(x_at(i))')

/** Returns dy silu'(x). Reads both, writes one tensor. */
export const siluGradient = (backend: WebGPUBackend, x: TensorInfo, dy: TensorInfo): TensorInfo =>
  elementwise(
    backend,
    'silu gradient',
    { x, dy },
    activationGradientCode(true),
    'activation_gradient(dy_at(i), x_at(i))',
  )

/** Returns x Φ(x). Reads x, writes as much. */
export const geluForward = (backend: WebGPUBackend, x: TensorInfo): TensorInfo =>
  elementwise(backend, 'gelu', { x }, geluCode, 'gelu(x_at(i))')

/** Returns dy (Φ(x) + x φ(x)). Reads both, writes one tensor. */
export const geluGradient = (backend: WebGPUBackend, x: TensorInfo, dy: TensorInfo): TensorInfo =>
  elementwise(backend, 'gelu gradient', { x, dy }, geluCode, 'dy_at(i) * gelu_derivative(x_at(i))')

/** Returns (a - b)². Reads both, writes one tensor. */
export const squaredDifference = (
  backend: WebGPUBackend,
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo =>
  elementwise(
    backend,
    'squared difference',
    { x: a, b },
    'fn square(d: vec4f) -> vec4f { return d * d; }',
    'square(x_at(i) - b_at(i))',
  )

/** Returns 2 (a - b) dy. Reads all, writes one tensor. */
export const squaredDifferenceGradient = (
  backend: WebGPUBackend,
  a: TensorInfo,
  b: TensorInfo,
  dy: TensorInfo,
): TensorInfo =>
  elementwise(
    backend,
    'squared difference gradient',
    { x: a, b, dy },
    '',
    'dy_at(i) * (2.0 * (x_at(i) - b_at(i)))',
  )

/** Returns 2 (a - b) dy / n for n elements of a, with one dy. Reads a and b, writes as much as a. */
export function meanSquaredDifferenceGradient(
  backend: WebGPUBackend,
  a: TensorInfo,
  b: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const numbers = tf.util.sizeFromShape(a.shape)
  const [da, ...read] = ['da', 'a', 'b'].map((name) => tensorBinding(name, numbers))
  return dispatchSized(backend, {
    name: `mean squared difference gradient of ${numbers % 4 === 0 ? 4 : 1}`,
    sizes: { count: Math.ceil(numbers / 4 / THREADS), numbers },
    bindings: [[da], [...read, { name: 'dy', of: 'f32' }]],
    inputs: [a, b, dy],
    outputs: [float32Output(a.shape)],
    code: () => `${writerCode(da)}
${read.map(readerCode).join('\n')}
${mainCode(
  THREADS,
  `let i = 4u * (group * ${THREADS}u + thread);
  if (i >= sizes.numbers) { return; }
  let share = dy[0] / f32(sizes.numbers);
  da_put(i, share * (2.0 * (a_at(i) - b_at(i))), sizes.numbers - i);`,
)}`,
  })[0]
}

const THREADS = 64

/** Computes the WGSL expression `value` for every four numbers of each input, `<input>_at(i)`. */
function elementwise(
  backend: WebGPUBackend,
  name: string,
  inputs: { x: TensorInfo; [name: string]: TensorInfo },
  functions: string,
  value: string,
): TensorInfo {
  const { shape } = inputs.x
  const numbers = tf.util.sizeFromShape(shape)
  const y = tensorBinding('y', numbers)
  const { half } = backend.storedTensor(inputs.x)
  const read = Object.keys(inputs).map((input) =>
    tensorBinding(input, numbers, half && input === 'x'),
  )
  return dispatchSized(backend, {
    name: `${name} of ${half ? 'halves' : numbers % 4 === 0 ? 4 : 1}`,
    sizes: { count: Math.ceil(numbers / 4 / THREADS), numbers },
    bindings: [[y], read],
    inputs: Object.entries(inputs).map(([input, tensor]) =>
      withStorage(tensor, half && input === 'x'),
    ),
    outputs: [float32Output(shape)],
    code: () => `${writerCode(y)}
${read.map(readerCode).join('\n')}
${functions}
${mainCode(
  THREADS,
  `let i = 4u * (group * ${THREADS}u + thread);
  if (i >= sizes.numbers) { return; }
  y_put(i, ${value}, sizes.numbers - i);`,
)}`,
  })[0]
}
