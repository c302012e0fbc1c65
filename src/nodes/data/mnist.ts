// MNIST: 28 x 28 handwritten digits.
import { computeSha256 } from '../../engine/checkpoint/pipeline.ts'
import { toDataset, DatasetError } from '../../engine/datasets/file.ts'
import { readMnist } from '../../engine/datasets/mnist.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Assets } from '../../engine/plan/op.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { defineNode, param, slot } from '../define.ts'
import { decodeOnce } from './decoded.ts'
import { dataMessages } from '../../messages/data.ts'

export const mnist = defineNode({
  type: 'diffusion/MNIST',
  title: 'MNIST',
  category: 'data',
  summary:
    'MNIST handwritten digits in 28 x 28 grey pixels, with labels: 60,000 for training, 10,000 for evaluation.',
  aliases: ['torchvision'],
  source: 'LeCun, Bottou, Bengio & Haffner 1998; CC BY-SA 3.0',
  inputs: {},
  outputs: {
    dataset: slot.dataset('Images [n, 28, 28, 1] or [n, 32, 32, 1] in [-1, 1], ten classes'),
  },
  params: {
    split: param.choice(['train', 'test'], 'Part of the data', {
      train: '60,000 images for training',
      test: 'The other 10,000, for evaluation',
    }),
    count: param.integer(
      0,
      { min: 0, max: 60_000, step: 1000 },
      'Number of images, from the first; 0: all',
    ),
    size: param.advanced(
      param.choice(['28', '32'], 'Side length in pixels', {
        '28': 'Original size',
        '32': 'Padded with black, so that it can be halved five times',
      }),
    ),
  },
  prepare: ({ split, count, size }, assets) =>
    decodeOnce(assets, `mnist ${split} ${count} ${size}`, () =>
      decodeDigits(assets, split, { count, side: Number(size) }),
    ),
  staticOutputs: ({ size }) => ({
    dataset: { type: 'dataset', shape: [Number(size), Number(size), 1], classes: 10 },
  }),
  run: (_, __, { prepared }) => ({ dataset: prepared as Dataset }),
})

async function decodeDigits(
  assets: Assets,
  split: 'train' | 'test',
  wanted: { count: number; side: number },
) {
  const part = split === 'train' ? 'train' : 't10k'
  const [images, labels] = await Promise.all([
    assets.shipped(`${part}-images-idx3-ubyte`),
    assets.shipped(`${part}-labels-idx1-ubyte`),
  ])
  try {
    const data = toDataset(readMnist(images, labels, wanted))
    return { key: `${computeSha256(images)} ${computeSha256(labels)}`, data }
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error
    throw new NodeError({
      message: dataMessages.mnistUnreadable({ problem: error.message }),
      cure: dataMessages.checkMnist(),
    })
  }
}
