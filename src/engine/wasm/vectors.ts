// Steps of optimizers, averages and sums of vectors on the wasm backend, in one pass each.
import type { Tensor, Tensor1D } from '../tf.ts'
import type { Info } from './call.ts'
import { call } from './module.ts'
import type { Own } from './module.ts'
import type { Strand } from './strands.ts'
import { floatBits } from './strands.ts'

/** Floats in a strand. */
const PART = 2 ** 14

/** Whether there are whole vectors of four in it. */
export const hasVectors = ({ size }: Tensor) => size >= 4

/**
 * One strand for each part of vectors of `size` floats. What is left beyond the last four is done with numbers before it, of
 * which the same comes out again: no vector may be changed in place.
 */
function strandsOver(size: number, strand: (from: number, end: number) => Strand[number]): Strand[] {
  const whole = size - (size % 4)
  const strands: Strand[] = []
  for (let from = 0; from < whole; from += PART) strands.push([strand(4 * from, 4 * Math.min(whole, from + PART))])
  if (whole < size) strands.push([strand(4 * (size - 4), 4 * size)])
  return strands
}

/** Numbers of one step of Adam; see `optimizers.ts`. */
export interface AdamStep {
  weights: Tensor1D
  gradient: Tensor1D
  first: Tensor1D
  second: Tensor1D
  /** The largest second moment so far, where that is what is divided by. */
  largest?: Tensor1D
  /** The gradient is multiplied by it. */
  clip: number
  /** What is kept of the weights, and their share in the gradient. */
  keep: number
  penalty: number
  beta1: number
  beta2: number
  eps: number
  lr: number
  /** Number of the update, from 1. */
  t: number
}

/** Weights, first and second moment, and the largest second one where there is one, after the step. */
export function adamStep(own: Own, step: AdamStep): Tensor1D[] {
  const { weights, gradient, first, second, largest, clip, penalty, keep, beta1, beta2, eps, lr, t } = step
  const from = [weights, gradient, first, second]
  const made = [weights, first, second, ...(largest ? [largest] : [])].map(() => own.output<Tensor1D>(weights.shape))
  const [unbias, length] = [1 / Math.sqrt(1 - beta2 ** t), lr / (1 - beta1 ** t)]
  const constants = [clip, penalty, keep, beta1, 1 - beta1, beta2, 1 - beta2, unbias, eps, length].map(floatBits)
  const at = (tensor: Info | undefined) => (tensor ? own.address(tensor) : 0)
  const [sources, targets] = [from.map(at), made.slice(0, 3).map(at)]
  const [source, target] = [at(largest), at(made[3])]
  const plus = (offset: number) => (address: number) => address + offset
  const name = largest ? 'amsgrad' : 'adam'
  own.all(
    strandsOver(weights.size, (begin, end) => {
      const ranges = [...sources.map(plus(begin)), sources[0]! + end, ...targets.map(plus(begin))]
      return call(name, ...ranges, ...constants, source + begin, target + begin)
    }),
    ADAM * weights.size,
  )
  return made
}

/** How many multiplications take as long as Adam with one weight, and as what is simpler. */
const [ADAM, SIMPLE] = [30, 8]

/** a - (a - b) share. */
export function blended(own: Own, a: Tensor1D, b: Tensor1D, share: number): Tensor1D {
  const y = own.output<Tensor1D>(a.shape)
  const [from, other, to] = [own.address(a), own.address(b), own.address(y)]
  own.all(
    strandsOver(a.size, (begin, end) => call('blend', from + begin, from + end, other + begin, to + begin, floatBits(share))),
    SIMPLE * a.size,
  )
  return y
}

/** The norm of all numbers: squares of a part are added in float32, all else in float64. */
export function normOf(own: Own, x: Tensor1D): number {
  const rest = own.numbers(x).subarray(x.size - (x.size % 4))
  const from = own.address(x)
  const parts = Math.ceil((x.size - rest.length) / PART)
  const { address, numbers } = own.scratch(4 * parts)
  const strands = Array.from({ length: parts }, (_, i): Strand => {
    const end = Math.min(from + 4 * (x.size - rest.length), from + 4 * (i + 1) * PART)
    return [call('squares', from + 4 * i * PART, end, address + 16 * i)]
  })
  own.all(strands, SIMPLE * x.size)
  let sum = 0
  for (const part of numbers) sum += part
  for (const value of rest) sum += value ** 2
  return Math.sqrt(sum)
}

/** The sum of tensors of one shape, into `y`. */
export function add(own: Own, a: Info, b: Info, y: Info, size: number): void {
  const [from, other, to] = [own.address(a), own.address(b), own.address(y)]
  own.all(
    strandsOver(size, (begin, end) => call('addition', from + begin, from + end, other + begin, to + begin)),
    SIMPLE * size,
  )
}

/** The elements of all tensors, one after the other. */
export function joined(own: Own, tensors: readonly Tensor[]): Tensor1D {
  const y = own.output<Tensor1D>([tensors.reduce((sum, { size }) => sum + size, 0)])
  let to = own.address(y)
  for (const tensor of tensors) {
    own.copy(own.address(tensor), to, 4 * tensor.size)
    to += 4 * tensor.size
  }
  return y
}

/** The inverse of {@link joined}, with the shapes of `like`. */
export function parted(own: Own, x: Tensor1D, like: readonly Tensor[]): Tensor[] {
  const parts = like.map(({ shape }) => own.output(shape))
  let from = own.address(x)
  for (const part of parts) {
    own.copy(from, own.address(part), 4 * part.size)
    from += 4 * part.size
  }
  return parts
}
