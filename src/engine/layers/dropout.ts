import { uniformNoise } from '../noise.ts'
import type { Random } from '../random.ts'
import type { Tensor } from '../tf.ts'

/** Sets each number to zero with probability `rate` and divides the others by 1 - rate, so that means stay. */
export function dropout(x: Tensor, rate: number, random: Random): Tensor {
  if (rate === 0) return x
  const isKept = uniformNoise(random, x.shape).greaterEqual(rate)
  return x.mul(isKept.cast('float32').mul(1 / (1 - rate)))
}
