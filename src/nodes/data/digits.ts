// Digits: 8 x 8 handwritten digits, shipped with the package.
import { computeSha256 } from '../../engine/checkpoint/pipeline.ts'
import { toDataset, readImages, sliceDataset } from '../../engine/datasets/file.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { defineNode, param, slot } from '../define.ts'
import { decodeOnce } from './decoded.ts'

/** Number of training items, which come first in the file. */
const TRAIN = 1400

export const digits = defineNode({
  type: 'diffusion/Digits',
  category: 'data',
  summary:
    'Handwritten digits 0 to 9 in 8 x 8 grey pixels, with labels. Small enough to train on in minutes.',
  aliases: ['load_digits', 'sklearn digits', 'optdigits'],
  source:
    'Alpaydin & Kaynak 1998, Optical Recognition of Handwritten Digits (UCI), CC BY 4.0; the 1797 of scikit-learn',
  inputs: {},
  outputs: { dataset: slot.dataset('Images [n, 8, 8, 1] in [-1, 1], ten classes') },
  params: {
    split: param.choice(['train', 'test', 'all'], 'Part of the data', {
      train: '1,400 images for training',
      test: 'The other 397, for evaluation',
      all: 'All 1,797',
    }),
  },
  prepare: (_, assets) =>
    decodeOnce(assets, 'digits', async () => {
      const bytes = await assets.shipped('digits')
      return { key: computeSha256(bytes), data: toDataset(readImages(bytes)) }
    }),
  staticOutputs: () => ({ dataset: { type: 'dataset', shape: [8, 8, 1], classes: 10 } }),
  run: (_, { split }, { prepared }) => {
    const all = prepared as Dataset
    const start = split === 'test' ? TRAIN : 0
    return { dataset: sliceDataset(all, start, split === 'train' ? TRAIN : all.size) }
  },
})
