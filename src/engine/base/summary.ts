// Summary of a tensor: moments, range, histogram and first values, with a single small readback.
import { activeBackend } from './backend.ts'
import { runTidied } from './memory.ts'
import { computeHistogram, computeStatistics, type Statistics } from './statistics.ts'
import { tf, type Tensor } from './tf.ts'

/** Tensors with at most this many numbers are read completely. Without a GPU all tensors are. */
const WHOLE = 2 ** 14
/** Number of evenly spaced values read from a larger tensor for its histogram. */
const SAMPLE = 2 ** 12

export interface Summary extends Statistics {
  /** Counts of equal bins from min to max. */
  histogram: Float64Array
  /** Number of values in the histogram, if it does not count all of them. */
  sample?: number
  /** The requested number of values from the beginning. */
  first: Float32Array
}

/**
 * Summarises a tensor. `first` is the number of values to return from its beginning. On a GPU
 * everything is computed there and read back together.
 */
export async function summariseTensor(tensor: Tensor, first = 0): Promise<Summary> {
  if (tensor.size <= WHOLE || !activeBackend().isGPU) {
    return summariseNumbers((await tensor.data()) as Float32Array, first)
  }
  const wanted = Math.min(first, tensor.size)
  const apart = Math.ceil(tensor.size / SAMPLE)
  const all = runTidied(() => {
    const flat = tensor.flatten()
    const sample = tf.stridedSlice(flat, [0], [tensor.size], [apart]) as Tensor
    return tf.concat([computeMoments(flat), ...(wanted ? [flat.slice(0, wanted)] : []), sample])
  })
  try {
    const numbers = (await all.data()) as Float32Array
    const [mean, std, min, max, nan, infinite] = numbers
    const sample = numbers.subarray(6 + wanted)
    const known =
      nan + infinite < tensor.size
        ? { mean, std, min, max }
        : { mean: NaN, std: NaN, min: NaN, max: NaN }
    return {
      ...known,
      nan,
      infinite,
      histogram: computeHistogram(sample, known.min, known.max),
      sample: sample.length,
      first: numbers.slice(6, 6 + wanted),
    }
  } finally {
    all.dispose()
  }
}

/** Summarises numbers on the CPU. */
export function summariseNumbers(numbers: ArrayLike<number>, first = 0): Summary {
  const found = computeStatistics(numbers)
  return {
    ...found,
    histogram: computeHistogram(numbers, found.min, found.max),
    first: Float32Array.from({ length: Math.min(first, numbers.length) }, (_, i) => numbers[i]),
  }
}

/** [mean, std, min, max, NaN count, infinite count]; the first four are those of finite values. */
function computeMoments(flat: Tensor): Tensor {
  const finite = tf.isFinite(flat)
  const nan = tf.isNaN(flat).toFloat().sum()
  const count = finite.toFloat().sum()
  const kept = (instead: number) => tf.where(finite, flat, tf.fill(flat.shape, instead))
  const mean = kept(0).sum().div(count)
  const squares = tf.where(finite, flat.sub(mean).square(), tf.zerosLike(flat)).sum()
  const infinite = tf.sub(flat.size, count).sub(nan)
  return tf.stack([
    mean,
    squares.div(count).sqrt(),
    kept(LARGEST).min(),
    kept(-LARGEST).max(),
    nan,
    infinite,
  ])
}

const LARGEST = 3.4e38
