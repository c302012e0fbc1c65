// The user's own images.
import { sha256Of } from '../../engine/checkpoint/pipeline.ts'
import { DatasetError, datasetOf, greyOf, readImages } from '../../engine/datasets/file.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Assets, KeptFile } from '../../engine/plan/op.ts'
import type { Dataset } from '../../engine/values.ts'
import { advanced, choice, dataset, defineNode, ownDataset } from '../define.ts'
import { decodedOnce } from './decoded.ts'

export const images = defineNode({
  type: 'diffusion/Images',
  category: 'data',
  summary: 'A data set of your own images, all of one size; each folder of them can be a class.',
  inputs: {},
  outputs: { dataset: dataset('images [n, h, w, c] in [-1, 1], c being 1 or 3; classes if the folders were taken as such') },
  params: {
    images: ownDataset('made of images that were dropped on the page, or by `litegraph-diffusion import`'),
    channels: advanced(choice(['as stored', 'grey'], 'grey makes one channel of red, green and blue (luma, ITU-R BT.601)')),
  },
  prepare: async ({ images, channels }, assets) => {
    if (!images) throw new NodeError({ param: 'images', message: 'No data set is chosen.', cure: CURE })
    return decodedOnce(assets, `${images.sha256} ${channels}`, () => decode(assets, images, channels))
  },
  run: (_, __, { prepared }) => ({ dataset: prepared as Dataset }),
})

const CURE = 'Drop images, a folder or a ZIP on the page, or choose a data set that is kept here.'

async function decode(assets: Assets, { name, sha256 }: KeptFile, channels: 'as stored' | 'grey') {
  const bytes = await assets.dataset(sha256)
  if (!bytes) {
    throw new NodeError({
      param: 'images',
      message: `The data set "${name}" (SHA-256 ${sha256.slice(0, 12)}...) is not here.`,
      cure: CURE,
    })
  }
  try {
    if (sha256Of(bytes) !== sha256) throw new DatasetError('Its bytes have changed since it was chosen.')
    const data = datasetOf(readImages(bytes))
    return { key: sha256, data: channels === 'grey' ? greyOf(data) : data }
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error
    throw new NodeError({ param: 'images', message: `The data set "${name}" cannot be read. ${error.message}`, cure: CURE })
  }
}
