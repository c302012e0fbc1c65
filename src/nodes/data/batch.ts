// Some items of a data set, to be looked at, noised or judged.
import { itemsAt } from '../../engine/datasets/items.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { tf } from '../../engine/tf.ts'
import { advanced, dataset, defineNode, integer, labels, samples, seed, toggle } from '../define.ts'

export const batch = defineNode({
  type: 'diffusion/Batch',
  category: 'data',
  summary: 'Takes some items out of a data set, as one batch: real pictures to noise, to denoise, or to hold samples against.',
  inputs: { dataset: dataset('where to take them from') },
  outputs: { x_0: samples('the items'), labels: labels('their classes; -1, no label, if the data has none') },
  params: {
    batch_size: integer(16, { min: 1, max: 65536 }, 'how many; no more than there are'),
    start: integer(0, { max: 1_000_000_000 }, 'the number of the first one'),
    shuffle: advanced(toggle(false, 'in random order; each item comes once')),
    seed: advanced(seed('of the order, if shuffled')),
  },
  run: ({ dataset }, { batch_size, start, shuffle }, { random }) => {
    const { size, shape, space, labels } = dataset
    if (start >= size) {
      throw new NodeError({
        param: 'start',
        message: `The data set has ${size} items, so the last is number ${size - 1}; start is ${start}.`,
        cure: 'Lower start.',
      })
    }
    const order = shuffle ? random.permutation(size) : Int32Array.from({ length: size }, (_, i) => i)
    const chosen = order.slice(start, start + batch_size)
    return {
      x_0: { type: 'samples', tensor: tf.tensor(itemsAt(dataset, chosen), [chosen.length, ...shape]), space },
      labels: { type: 'labels', labels: chosen.map((i) => labels?.[i] ?? -1) },
    }
  },
})
