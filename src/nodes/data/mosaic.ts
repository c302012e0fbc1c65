// Several pictures as one.
import { mosaic as placed } from '../../engine/tokens.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Tensor4D } from '../../engine/tf.ts'
import { condition, defineNode, integer, labels, optional, samples } from '../define.ts'

export const mosaic = defineNode({
  type: 'diffusion/Mosaic',
  category: 'data',
  summary: 'Puts pictures of a batch together, so many as one, and their labels to a row: a picture of several things.',
  inputs: {
    samples: samples('pictures [b, h, w, c]'),
    labels: optional(labels('one a picture; unwired: none')),
  },
  outputs: {
    samples: samples('[b / (rows columns), rows h, columns w, c], filled row by row'),
    condition: condition('the labels of the pictures in each, as LabelTokens gives them'),
  },
  params: {
    rows: integer(2, { min: 1, max: 16 }, 'pictures from top to bottom'),
    columns: integer(2, { min: 1, max: 16 }, 'pictures from left to right'),
  },
  run: ({ samples: { tensor, space }, labels }, { rows, columns }) => {
    const [batch] = tensor.shape
    const perItem = rows * columns
    if (tensor.rank !== 4 || batch! % perItem) {
      throw new NodeError({
        slot: 'samples',
        message: `Expected a multiple of ${perItem} pictures [b, h, w, c], got [${tensor.shape}].`,
        cure: `Set the batch size to a multiple of ${perItem}, or change rows and columns.`,
      })
    }
    const given = labels?.labels ?? Int32Array.of(-1)
    if (given.length !== 1 && given.length !== batch) {
      throw new NodeError({
        slot: 'labels',
        message: `Expected a label for each of ${batch} pictures, or one for all, got ${given.length}.`,
        cure: 'Take samples and labels from the same batch.',
      })
    }
    const all = given.length === batch ? given : new Int32Array(batch!).fill(given[0]!)
    return {
      samples: { type: 'samples', tensor: placed(tensor as Tensor4D, rows, columns), space },
      condition: { type: 'condition', condition: { kind: 'labels', labels: all, perItem } },
    }
  },
})
