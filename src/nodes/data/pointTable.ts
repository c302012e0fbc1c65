// PointTable: points from a table of comma-separated values.
import {
  parsePointTable,
  standardisePoints,
  type PointTable,
} from '../../engine/datasets/pointTable.ts'
import { tf } from '../../engine/base/tf.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { defineNode, param, slot } from '../define.ts'

export const pointTable = defineNode({
  type: 'diffusion/PointTable',
  category: 'data',
  summary:
    'Data set of your own points, from comma-separated values: one point per line, with an optional column of classes.',
  aliases: ['csv', 'tsv', 'read_csv', 'dataframe', 'pandas', 'own data'],
  source: 'Comma-separated values: RFC 4180',
  inputs: {},
  outputs: {
    dataset: slot.dataset('All points [n, dim], with classes if there is a column for them'),
    x_0: slot.samples('All points as one batch'),
  },
  params: {
    table: param.text(
      '',
      'The table. Classes are the column named label or class, or else a last column of text',
      true,
    ),
    normalize: param.toggle(
      true,
      'Centres the points and scales them to standard deviation 1 over all axes together, which suits the schedules',
    ),
  },
  run: (_, { table, normalize }) => {
    const points = parsePointTable(table)
    const set = pointDataset(points, normalize)
    const tensor = tf.tensor2d(set.data, [set.size, points.dim])
    return { dataset: set, x_0: { type: 'samples', tensor, space: 'point' } }
  },
})

/** The data set of a table of points. */
export function pointDataset(points: PointTable, normalize: boolean): Dataset {
  const { dim, labels, classNames } = points
  const data = normalize ? standardisePoints(points) : points.data
  return {
    type: 'dataset',
    data,
    shape: [dim],
    size: data.length / dim,
    space: 'point',
    ...(labels && classNames && { labels, classes: classNames.length, classNames }),
  }
}
