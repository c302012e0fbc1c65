import { uniformNoise } from '../process/noise.ts'
import type { Random } from '../base/random.ts'
import type { Tensor } from '../base/tf.ts'

/** Sets each element to zero with probability `rate` and divides the others by 1 - rate. */
export function dropout(x: Tensor, rate: number, random: Random): Tensor {
  if (rate === 0) return x
  const isKept = uniformNoise(random, x.shape).greaterEqual(rate)
  return x.mul(isKept.cast('float32').mul(1 / (1 - rate)))
}
