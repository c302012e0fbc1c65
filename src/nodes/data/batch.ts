// Batch: consecutive or selected items of a data set.
import { itemsAt } from '../../engine/datasets/items.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { tf } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'
import { dataMessages } from '../../messages/data.ts'

export const batch = defineNode({
  type: 'diffusion/Batch',
  category: 'data',
  summary:
    'Selects items of a data set as one batch, for example real images to add noise to, to denoise, or to compare samples with.',
  aliases: ['dataloader', 'minibatch', 'real images', 'next(iter(loader))'],
  inputs: { dataset: slot.dataset('Data set to select from') },
  outputs: {
    x_0: slot.samples('Selected items'),
    labels: slot.labels('Classes of the items; -1 (no label) if the data set has none'),
  },
  params: {
    batch_size: param.integer(
      16,
      { min: 1, max: 65536 },
      'Number of items, at most the size of the data set',
    ),
    start: param.integer(0, { max: 1_000_000_000 }, 'Index of the first item'),
    shuffle: param.advanced(param.toggle(false, 'Selects in random order, without repetition')),
    seed: param.advanced(param.seed('Seed of the random order')),
  },
  run: ({ dataset }, { batch_size, start, shuffle }, { random }) => {
    const { size, shape, space, labels } = dataset
    if (start >= size) {
      throw new NodeError({
        param: 'start',
        message: dataMessages.start({ count: size, last: size - 1, start }),
        cure: dataMessages.lowerStart(),
      })
    }
    const order = shuffle
      ? random.permutation(size)
      : Int32Array.from({ length: size }, (_, i) => i)
    const chosen = order.slice(start, start + batch_size)
    return {
      x_0: {
        type: 'samples',
        tensor: tf.tensor(itemsAt(dataset, chosen), [chosen.length, ...shape]),
        space,
      },
      labels: { type: 'labels', labels: chosen.map((i) => labels?.[i] ?? -1) },
    }
  },
})
