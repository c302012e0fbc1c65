// Handwritten digits, the well-known ones.
import { sha256Of } from '../../engine/checkpoint/pipeline.ts'
import { datasetOf, DatasetError } from '../../engine/datasets/file.ts'
import { readMnist } from '../../engine/datasets/mnist.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Assets } from '../../engine/plan/op.ts'
import type { Dataset } from '../../engine/values.ts'
import { advanced, choice, dataset, defineNode, integer } from '../define.ts'
import { decodedOnce } from './decoded.ts'

export const mnist = defineNode({
  type: 'diffusion/MNIST',
  title: 'MNIST',
  category: 'data',
  summary:
    'The best-known handwritten digits, 28 x 28 grey pixels with their classes: 60,000 to learn from, 10,000 to compare with.',
  source: 'LeCun, Bottou, Bengio & Haffner 1998; CC BY-SA 3.0',
  inputs: {},
  outputs: { dataset: dataset('images [n, 28, 28, 1] or [n, 32, 32, 1] in [-1, 1], ten classes') },
  params: {
    split: choice(['train', 'test'], '60,000 to learn from, or the other 10,000 to compare with'),
    count: integer(0, { min: 0, max: 60_000, step: 1000 }, 'take only the first so many; 0: all'),
    size: advanced(choice(['28', '32'], 'side in pixels; 32 adds a black border, so that the side can be halved five times')),
  },
  prepare: ({ split, count, size }, assets) =>
    decodedOnce(assets, `mnist ${split} ${count} ${size}`, () => decode(assets, split, { count, side: Number(size) })),
  run: (_, __, { prepared }) => ({ dataset: prepared as Dataset }),
})

async function decode(assets: Assets, split: 'train' | 'test', wanted: { count: number; side: number }) {
  const part = split === 'train' ? 'train' : 't10k'
  const [images, labels] = await Promise.all([
    assets.shipped(`${part}-images-idx3-ubyte`),
    assets.shipped(`${part}-labels-idx1-ubyte`),
  ])
  try {
    const data = datasetOf(readMnist(images, labels, wanted))
    return { key: `${sha256Of(images)} ${sha256Of(labels)}`, data }
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error
    throw new NodeError({
      message: `The files of MNIST cannot be read. ${error.message}`,
      cure: 'Check that they are whole: train-images-idx3-ubyte and the three others, as their makers gave them.',
    })
  }
}
