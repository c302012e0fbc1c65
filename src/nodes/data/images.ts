// Images: a stored data set of the user's images.
import { toDataset, toGrey, readImages } from '../../engine/datasets/file.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Assets, StoredFile } from '../../engine/plan/op.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { defineNode, param, slot } from '../define.ts'
import { decodeOnce } from './decoded.ts'
import { dataMessages } from '../../messages/data.ts'
import { readStored } from './stored.ts'

export const images = defineNode({
  type: 'diffusion/Images',
  category: 'data',
  summary:
    'Data set of your own images, all of one size. Folders can be used as classes, and file names or a CSV file as captions.',
  aliases: ['LoadImage', 'ImageFolder', 'dataset', 'cifar', 'upload', 'own images'],
  inputs: {},
  outputs: {
    dataset: slot.dataset(
      'Images [n, h, w, c] in [-1, 1] with c = 1 or 3, and classes if folders were imported as classes',
    ),
  },
  params: {
    images: param.ownDataset(
      'Data set made from images that were dropped on the page, or by `litegraph-diffusion import`',
    ),
    channels: param.advanced(
      param.choice(['as stored', 'grey'], 'Colour channels', {
        'as stored': 'Channels of the data set',
        grey: 'One channel: luma of red, green and blue (ITU-R BT.601)',
      }),
    ),
  },
  prepare: async ({ images, channels }, assets) => {
    if (!images)
      throw new NodeError({ param: 'images', message: dataMessages.noDataset(), cure: CURE })
    return decodeOnce(assets, `${images.sha256} ${channels}`, () =>
      decodeImages(assets, images, channels),
    )
  },
  staticOutputs(_, __, prepared) {
    if (!prepared) return {}
    const { shape, classes, captions } = prepared as Dataset
    return { dataset: { type: 'dataset', shape, classes, captions } }
  },
  run: (_, __, { prepared }) => ({ dataset: prepared as Dataset }),
})

const CURE = dataMessages.chooseDataset()

async function decodeImages(assets: Assets, file: StoredFile, channels: 'as stored' | 'grey') {
  const data = await readStored(assets, { param: 'images', file, cure: CURE }, (bytes) =>
    toDataset(readImages(bytes)),
  )
  return { key: file.sha256, data: channels === 'grey' ? toGrey(data) : data }
}
