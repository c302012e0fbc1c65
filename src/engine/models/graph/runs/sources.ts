// Reads the inputs of a network.
import { tf } from '../../../base/tf.ts'
import { findNumbers, findPart, labelsOrNone } from '../../condition.ts'
import type { SourceReaders } from '../layer.ts'

export const sources = {
  x: ({ x }) => x,
  time: ({ times }) => times!,
  labels: ({ condition }, { per_item }) =>
    labelsOrNone(condition) ?? new Int32Array(per_item).fill(-1),
  values: ({ condition }) => findNumbers(condition)!,
  vectors: ({ condition }) => findPart(condition, 'vectors')!.vectors,
  tokens: ({ condition }, { width }) =>
    findPart(condition, 'tokens')?.tokens ?? tf.zeros([1, 1, width]),
  channels({ x, condition }, { shape }) {
    const all = [x.shape[0], ...shape]
    const given = findPart(condition, 'channels')?.channels
    return given ? given.broadcastTo(all) : tf.zeros(all)
  },
} satisfies SourceReaders
