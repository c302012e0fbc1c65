// Mosaic: tiles several images into one.
import { mosaic as placed } from '../../engine/models/tokens.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Tensor4D } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'
import { dataMessages } from '../../messages/data.ts'

export const mosaic = defineNode({
  type: 'diffusion/Mosaic',
  category: 'data',
  summary:
    'Tiles several images of a batch into one, and groups their labels: images with several objects.',
  aliases: ['tile images', 'image grid'],
  inputs: {
    samples: slot.samples('Images [b, h, w, c]'),
    labels: slot.optional(slot.labels('One label per image; optional')),
  },
  outputs: {
    samples: slot.samples('[b / (rows columns), rows h, columns w, c], filled row by row'),
    condition: slot.condition('Labels of the tiles of each image, in the form of LabelTokens'),
  },
  params: {
    rows: param.integer(2, { min: 1, max: 16 }, 'Tiles from top to bottom'),
    columns: param.integer(2, { min: 1, max: 16 }, 'Tiles from left to right'),
  },
  run: ({ samples: { tensor, space }, labels }, { rows, columns }) => {
    const [batch] = tensor.shape
    const perItem = rows * columns
    if (tensor.rank !== 4 || batch % perItem) {
      throw new NodeError({
        slot: 'samples',
        message: dataMessages.mosaic({ multiple: perItem, shape: tensor.shape }),
        cure: dataMessages.mosaicBatch({ multiple: perItem }),
      })
    }
    const given = labels?.labels ?? Int32Array.of(-1)
    if (given.length !== 1 && given.length !== batch) {
      throw new NodeError({
        slot: 'labels',
        message: dataMessages.mosaicLabels({ expected: batch, got: given.length }),
        cure: dataMessages.sameBatch(),
      })
    }
    const all = given.length === batch ? given : new Int32Array(batch).fill(given[0])
    return {
      samples: { type: 'samples', tensor: placed(tensor as Tensor4D, rows, columns), space },
      condition: { type: 'condition', condition: { kind: 'labels', labels: all, perItem } },
    }
  },
})
