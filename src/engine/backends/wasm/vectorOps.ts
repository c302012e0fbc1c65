// Vector operations on the wasm backend, in one pass each: optimizer steps, averages, sums and
// norms.
import type { AdamStep } from '../../base/backend.ts'
import type { Tensor, Tensor1D } from '../../base/tf.ts'
import type { CallRecord, Job } from './jobs.ts'
import { floatBits } from './jobs.ts'
import type { TensorHandle } from './kernelCall.ts'
import type { WasmFunctions } from './wasmFunctions.ts'
import { callRecord } from './wasmFunctions.ts'

/** Floats of a job. */
export const CHUNK_SIZE = 2 ** 14

/** Returns whether a tensor has at least one SIMD vector of four numbers. */
export const hasFullVector = ({ size }: Tensor) => size >= 4

/**
 * Returns one job for each chunk of vectors of `size` floats. The rest after the last four is
 * computed together with numbers before it, whose results are the same again, since no vector is
 * modified in place.
 */
function chunkJobs(size: number, buildCall: (from: number, end: number) => CallRecord): Job[] {
  const vectorized = size - (size % 4)
  const jobs: Job[] = []
  for (let from = 0; from < vectorized; from += CHUNK_SIZE)
    jobs.push([buildCall(4 * from, 4 * Math.min(vectorized, from + CHUNK_SIZE))])
  if (vectorized < size) jobs.push([buildCall(4 * (size - 4), 4 * size)])
  return jobs
}

/** One step of Adam, with the factor that clips the gradient. */
interface ClippedAdamStep extends Omit<AdamStep, 'clipNorm'> {
  clip: number
}

/**
 * Returns weights, first and second moment, and with amsgrad the largest second one, after the
 * step.
 */
export function wasmAdamStep(wasm: WasmFunctions, step: ClippedAdamStep): Tensor1D[] {
  const { weights, gradient, first, second, largest } = step
  const results = [weights, first, second, ...(largest ? [largest] : [])].map(() =>
    wasm.makeTensor<Tensor1D>(weights.shape),
  )
  const constants = adamConstants(step)
  const address = (tensor: TensorHandle | undefined) => (tensor ? wasm.address(tensor) : 0)
  const sources = [weights, gradient, first, second].map(address)
  const targets = results.slice(0, 3).map(address)
  const [largestSource, largestTarget] = [address(largest), address(results[3])]
  const plus = (offset: number) => (address: number) => address + offset
  const name = largest ? 'amsgrad' : 'adam'
  wasm.startJobs(
    chunkJobs(weights.size, (begin, end) => {
      const ranges = [...sources.map(plus(begin)), sources[0] + end, ...targets.map(plus(begin))]
      const largestRange = [largestSource + begin, largestTarget + begin]
      return callRecord(name, ...ranges, ...constants, ...largestRange)
    }),
    ADAM_COST * weights.size,
  )
  return results
}

/** In the order of the parameters of `adam` in vectorFunctions.ts. */
function adamConstants(step: ClippedAdamStep): number[] {
  const { clip, penalty, keep, beta1, beta2, eps, lr, t } = step
  const [unbias, length] = [1 / Math.sqrt(1 - beta2 ** t), lr / (1 - beta1 ** t)]
  return [clip, penalty, keep, beta1, 1 - beta1, beta2, 1 - beta2, unbias, eps, length].map(
    floatBits,
  )
}

/** The cost of one weight in multiplications, for Adam and for simpler functions. */
const [ADAM_COST, SIMPLE_COST] = [30, 8]

/** Returns a - (a - b) factor. */
export function interpolate(
  wasm: WasmFunctions,
  a: Tensor1D,
  b: Tensor1D,
  factor: number,
): Tensor1D {
  const y = wasm.makeTensor<Tensor1D>(a.shape)
  const [from, other, to] = [wasm.address(a), wasm.address(b), wasm.address(y)]
  wasm.startJobs(
    chunkJobs(a.size, (begin, end) =>
      callRecord('blend', from + begin, from + end, other + begin, to + begin, floatBits(factor)),
    ),
    SIMPLE_COST * a.size,
  )
  return y
}

/** Returns the norm of a vector. Squares of a chunk are added in float32, chunks in float64. */
export function l2Norm(wasm: WasmFunctions, x: Tensor1D): number {
  const vectorized = x.size - (x.size % 4)
  const from = wasm.address(x)
  const chunks = Math.ceil(vectorized / CHUNK_SIZE)
  const { address } = wasm.scratch(4 * chunks)
  const jobs = Array.from({ length: chunks }, (_, i): Job => {
    const end = Math.min(from + 4 * vectorized, from + 4 * (i + 1) * CHUNK_SIZE)
    return [callRecord('squares', from + 4 * i * CHUNK_SIZE, end, address + 16 * i)]
  })
  wasm.runJobs(jobs, SIMPLE_COST * x.size)
  let sum = 0
  for (const part of wasm.scratchValues(address, 4 * chunks)) sum += part
  for (const value of wasm.values(x).subarray(vectorized)) sum += value ** 2
  return Math.sqrt(sum)
}

/** Writes the sum of two tensors of the same shape to `y`. */
export function addTensors(
  wasm: WasmFunctions,
  a: TensorHandle,
  b: TensorHandle,
  y: TensorHandle,
  size: number,
): void {
  const [from, other, to] = [wasm.address(a), wasm.address(b), wasm.address(y)]
  wasm.startJobs(
    chunkJobs(size, (begin, end) =>
      callRecord('addition', from + begin, from + end, other + begin, to + begin),
    ),
    SIMPLE_COST * size,
  )
}

/** The cost of GELU, or of its gradient, for one number, in multiplications. */
const GELU_COST = 60

/** Returns x Φ(x). */
export function geluForward(wasm: WasmFunctions, x: Tensor): Tensor {
  const y = wasm.makeTensor(x.shape)
  const [from, to] = [wasm.address(x), wasm.address(y)]
  wasm.startJobs(
    chunkJobs(x.size, (begin, end) => callRecord('gelu', from + begin, from + end, to + begin)),
    GELU_COST * x.size,
  )
  return y
}

/** Returns dy (Φ(x) + x φ(x)). */
export function geluBackward(wasm: WasmFunctions, x: Tensor, dy: Tensor): Tensor {
  const dx = wasm.makeTensor(x.shape)
  const [from, above, to] = [wasm.address(x), wasm.address(dy), wasm.address(dx)]
  wasm.startJobs(
    chunkJobs(x.size, (begin, end) =>
      callRecord('geluGradient', from + begin, from + end, above + begin, to + begin),
    ),
    GELU_COST * x.size,
  )
  return dx
}

/**
 * Returns the gradient of SiLU, from its sigmoid and its output, with the bits of tfjs's kernels.
 * Returns undefined for tensors of fewer than four numbers.
 */
export function siluGradient(
  wasm: WasmFunctions,
  dy: Tensor,
  gate: Tensor,
  y: Tensor,
): Tensor | undefined {
  if (!hasFullVector(dy)) return undefined
  const dx = wasm.makeTensor(dy.shape)
  const [above, sigmoid, output, to] = [dy, gate, y, dx].map((tensor) => wasm.address(tensor))
  wasm.startJobs(
    chunkJobs(dy.size, (begin, end) =>
      callRecord(
        'siluGradient',
        above + begin,
        above + end,
        sigmoid + begin,
        output + begin,
        to + begin,
      ),
    ),
    SIMPLE_COST * dy.size,
  )
  return dx
}

/** Concatenates the elements of all tensors. */
export function concatTensors(wasm: WasmFunctions, tensors: readonly Tensor[]): Tensor1D {
  const y = wasm.makeTensor<Tensor1D>([tensors.reduce((sum, { size }) => sum + size, 0)])
  let to = wasm.address(y)
  startCopies(wasm, y.size, tensors, (tensor) => {
    const copy = callRecord('copyVector', wasm.address(tensor), to, 4 * tensor.size)
    to += 4 * tensor.size
    return copy
  })
  return y
}

/** The inverse of {@link concatTensors}, with the shapes of `like`. */
export function splitTensor(wasm: WasmFunctions, x: Tensor1D, like: readonly Tensor[]): Tensor[] {
  const parts = like.map(({ shape }) => wasm.makeTensor(shape))
  let from = wasm.address(x)
  startCopies(wasm, x.size, parts, (part) => {
    const copy = callRecord('copyVector', from, wasm.address(part), 4 * part.size)
    from += 4 * part.size
    return copy
  })
  return parts
}

/** Starts a copy for each tensor, of this size in all. */
const startCopies = (
  wasm: WasmFunctions,
  size: number,
  tensors: readonly Tensor[],
  buildCall: (tensor: Tensor) => CallRecord,
) =>
  wasm.startJobs(
    tensors.map((tensor) => [buildCall(tensor)]),
    SIMPLE_COST * size,
  )
