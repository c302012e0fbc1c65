// Handwritten digits, as small as they can be.
import { sha256Of } from '../../engine/checkpoint/pipeline.ts'
import { datasetOf, readImages, slice } from '../../engine/datasets/file.ts'
import type { Dataset } from '../../engine/values.ts'
import { choice, dataset, defineNode } from '../define.ts'
import { decodedOnce } from './decoded.ts'

/** The file has the training items first. */
const TRAIN = 1400

export const digits = defineNode({
  type: 'diffusion/Digits',
  category: 'data',
  summary: 'Handwritten digits of 8 x 8 grey pixels with their classes, 0 to 9: small enough to train on in minutes.',
  source: 'Alpaydin & Kaynak 1998, Optical Recognition of Handwritten Digits (UCI), CC BY 4.0; the 1797 of scikit-learn',
  inputs: {},
  outputs: { dataset: dataset('images [n, 8, 8, 1] in [-1, 1], ten classes') },
  params: { split: choice(['train', 'test', 'all'], '1400 to learn from, the other 397 to compare with, or all 1797') },
  prepare: (_, assets) =>
    decodedOnce(assets, 'digits', async () => {
      const bytes = await assets.shipped('digits')
      return { key: sha256Of(bytes), data: datasetOf(readImages(bytes)) }
    }),
  run: (_, { split }, { prepared }) => {
    const all = prepared as Dataset
    const start = split === 'test' ? TRAIN : 0
    return { dataset: slice(all, start, split === 'train' ? TRAIN : all.size) }
  },
})
