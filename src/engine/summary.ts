// A tensor in short: its moments and extremes and some of its numbers, in one reading of a few thousand of them.
import { tidied } from './plan/memory.ts'
import { histogramOf, statistics, type Statistics } from './statistics.ts'
import { tf, type Tensor } from './tf.ts'

/** A tensor of at most so many numbers is read whole; so is every one that lies beside the CPU. */
const WHOLE = 2 ** 14
/** Of a larger one so many are read, evenly apart, for the histogram. */
const SAMPLE = 2 ** 12

export interface Summary extends Statistics {
  /** Counts of equal bins from min to max. */
  histogram: Float64Array
  /** How many numbers the histogram counts, if not all. */
  sample?: number
  /** The first numbers, as many as were asked for. */
  first: Float32Array
}

/** `first`: how many numbers from the beginning are wanted as they are. On a device all is computed there, and read at once. */
export async function summaryOf(tensor: Tensor, first = 0): Promise<Summary> {
  if (tensor.size <= WHOLE || ['cpu', 'wasm'].includes(tf.getBackend())) {
    return summaryOfNumbers((await tensor.data()) as Float32Array, first)
  }
  const wanted = Math.min(first, tensor.size)
  const apart = Math.ceil(tensor.size / SAMPLE)
  const all = tidied(() => {
    const flat = tensor.flatten()
    const sample = tf.stridedSlice(flat, [0], [tensor.size], [apart]) as Tensor
    return tf.concat([momentsOf(flat), ...(wanted ? [flat.slice(0, wanted)] : []), sample])
  })
  try {
    const numbers = (await all.data()) as Float32Array
    const [mean, std, min, max, nan, infinite] = numbers as unknown as [number, number, number, number, number, number]
    const sample = numbers.subarray(6 + wanted)
    const known = nan + infinite < tensor.size ? { mean, std, min, max } : { mean: NaN, std: NaN, min: NaN, max: NaN }
    return {
      ...known,
      nan,
      infinite,
      histogram: histogramOf(sample, known.min, known.max),
      sample: sample.length,
      first: numbers.slice(6, 6 + wanted),
    }
  } finally {
    all.dispose()
  }
}

/** Of numbers that are here. */
export function summaryOfNumbers(numbers: ArrayLike<number>, first = 0): Summary {
  const found = statistics(numbers)
  return {
    ...found,
    histogram: histogramOf(numbers, found.min, found.max),
    first: Float32Array.from({ length: Math.min(first, numbers.length) }, (_, i) => numbers[i]!),
  }
}

/** [mean, std, min, max, how many are NaN, how many infinite]; the first four of the finite ones. */
function momentsOf(flat: Tensor): Tensor {
  const finite = tf.isFinite(flat)
  const nan = tf.isNaN(flat).toFloat().sum()
  const count = finite.toFloat().sum()
  const kept = (instead: number) => tf.where(finite, flat, tf.fill(flat.shape, instead))
  const mean = kept(0).sum().div(count)
  const squares = tf.where(finite, flat.sub(mean).square(), tf.zerosLike(flat)).sum()
  const infinite = tf.sub(flat.size, count).sub(nan)
  return tf.stack([mean, squares.div(count).sqrt(), kept(LARGEST).min(), kept(-LARGEST).max(), nan, infinite])
}

const LARGEST = 3.4e38
