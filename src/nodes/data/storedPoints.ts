// StoredPoints: a stored data set of the user's points.
import { readPoints } from '../../engine/datasets/pointsFile.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { tf } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'
import { decodeOnce } from './decoded.ts'
import { dataMessages } from '../../messages/data.ts'
import { pointDataset } from './pointTable.ts'
import { readStored } from './stored.ts'

export const storedPoints = defineNode({
  type: 'diffusion/StoredPoints',
  category: 'data',
  summary:
    'Data set of your own points from the library, imported from a table of comma-separated values.',
  aliases: ['import points'],
  inputs: {},
  outputs: {
    dataset: slot.dataset('All points [n, dim], with classes if there was a column for them'),
    x_0: slot.samples('All points as one batch'),
  },
  params: {
    points: param.ownPoints('Data set made from a CSV file that was dropped on the page'),
    normalize: param.toggle(
      true,
      'Centres the points and scales them to standard deviation 1 over all axes together, which suits the schedules',
    ),
  },
  prepare: async ({ points: file, normalize }, assets) => {
    const cure = dataMessages.choosePoints()
    if (!file) throw new NodeError({ param: 'points', message: dataMessages.noDataset(), cure })
    return decodeOnce(assets, `${file.sha256} points ${normalize}`, async () => {
      const points = await readStored(assets, { param: 'points', file, cure }, readPoints)
      return { key: file.sha256, data: pointDataset(points, normalize) }
    })
  },
  run: (_, __, { prepared }) => {
    const set = prepared as Dataset
    const tensor = tf.tensor2d(set.data, [set.size, ...set.shape] as [number, number])
    return { dataset: set, x_0: { type: 'samples', tensor, space: 'point' } }
  },
})
