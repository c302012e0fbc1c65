// Latents of all items of a data set, in batches.
import { countElements } from '../../engine/base/shapes.ts'
import { createRandom } from '../../engine/base/random.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import type { Model } from '../../engine/models/model.ts'
import { drawLatents } from './encode.ts'

/** Batch size of the encoder. */
const BATCH = 256

/** The scaled latents of each batch of a data set, `[b, h, w, c]`. */
export function encodeAll(
  model: Model,
  { data, shape, size }: Dataset,
  latents: 'sample' | 'mean',
  seed: number,
): Tensor[] {
  const length = countElements(shape)
  return Array.from({ length: Math.ceil(size / BATCH) }, (_, batch) =>
    tf.tidy(() => {
      const items = data.subarray(batch * BATCH * length, (batch + 1) * BATCH * length)
      const images = tf.tensor(items, [items.length / length, ...shape])
      const { scaled } = drawLatents(model, images, {
        latents,
        random: createRandom(seed, [batch]),
        names: { model: 'model', x: 'dataset' },
      })
      return scaled
    }),
  )
}
