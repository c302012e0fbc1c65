// SaveTable: points as a file of comma-separated values.
import { writePointTable } from '../../engine/datasets/pointTable.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Labels, Noise, Samples } from '../../engine/base/values.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { defineNode, param, slot } from '../define.ts'
import { readTensor } from '../observers/read.ts'
import { dataMessages } from '../../messages/data.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

export const saveTable = defineNode({
  type: 'diffusion/SaveTable',
  category: 'files',
  summary:
    'Saves points as comma-separated values, one per line, with their classes. PointTable reads them back with equal bits.',
  aliases: ['to_csv', 'save csv', 'export csv', 'export points'],
  source: 'Comma-separated values: RFC 4180',
  inputs: {
    points: slot.oneOf(['samples', 'noise', 'dataset'], 'Points [n, dim] to save'),
    labels: slot.optional(slot.labels('Class of each point; those of a data set are saved anyway')),
  },
  outputs: {},
  params: { name: param.text('points', 'File name without .csv') },
  files: async ({ points, labels }, { name }) => {
    const { data, dim } = await readTablePoints(points)
    const own = points.type === 'dataset' ? points : undefined
    const each = labels ? checkLabels(labels, data.length / dim) : own?.labels
    const table = writePointTable({
      data,
      dim,
      ...(each && { labels: each }),
      ...(own?.classNames && { classNames: own.classNames }),
    })
    const bytes = new TextEncoder().encode(table)
    return [{ name: `${name || 'points'}.csv`, mime: 'text/csv', bytes }]
  },
})

async function readTablePoints(points: Samples | Noise | Dataset) {
  const shape = points.type === 'dataset' ? points.shape : points.tensor.shape.slice(1)
  const [dim] = shape
  if (shape.length !== 1 || !dim) {
    throw new NodeError({
      slot: 'points',
      message: evaluateMessages.vectorItems({ shape }),
      cure: dataMessages.saveImages(),
    })
  }
  return { dim, data: points.type === 'dataset' ? points.data : await readTensor(points.tensor) }
}

function checkLabels({ labels }: Labels, count: number): Int32Array {
  if (labels.length === count) return labels
  if (labels.length === 1) return new Int32Array(count).fill(labels[0])
  throw new NodeError({
    slot: 'labels',
    message: dataMessages.pointLabels({ expected: count, got: labels.length }),
    cure: dataMessages.sameBatch(),
  })
}
