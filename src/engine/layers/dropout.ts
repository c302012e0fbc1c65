import type { Random } from '../random.ts'
import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'

/** Sets each number to zero with probability `rate` and divides the others by 1 - rate, so that means stay. */
export function dropout(x: Tensor, rate: number, random: Random): Tensor {
  if (rate === 0) return x
  const mask = random.uniform(x.size).map((u) => (u < rate ? 0 : 1 / (1 - rate)))
  return x.mul(tf.tensor(mask, x.shape))
}
