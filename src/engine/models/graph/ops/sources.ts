// Inputs of a network.
import { tf } from '../../../base/tf.ts'
import { findNumbers, findPart, labelsOrNone } from '../../condition.ts'
import type { FeatureShape, LayerOp } from '../layer.ts'
import { count, itemShape } from './attributes.ts'

const inputs: readonly string[] = []

/** The noised batch, of items of `shape`. */
export const x: LayerOp = {
  inputs,
  attrs: { shape: itemShape },
  source: ({ x }) => x,
  shape: (_, { shape }) => shape as FeatureShape,
}

/** The timestep, one per item or one for all. */
export const time: LayerOp = {
  inputs,
  attrs: {},
  gives: 'times',
  source: ({ times }) => times!,
  shape: () => [],
}

/** `per_item` class labels, -1 for the null label. */
export const labels: LayerOp = {
  inputs,
  attrs: { per_item: count },
  gives: 'labels',
  source: ({ condition }, { per_item: count }) =>
    labelsOrNone(condition) ?? new Int32Array(count as number).fill(-1),
  shape: (_, { per_item: count }) => [count as number],
}

/** A number per item that is embedded like the timestep. */
export const values: LayerOp = {
  inputs,
  attrs: {},
  gives: 'times',
  source: ({ condition }) => findNumbers(condition)!,
  shape: () => [],
}

/** A vector per item. */
export const vectors: LayerOp = {
  inputs,
  attrs: { width: count },
  source: ({ condition }) => findPart(condition, 'vectors')!.vectors,
  shape: (_, { width }) => [width as number],
}

/** Tokens, or one token of zeros. */
export const tokens: LayerOp = {
  inputs,
  attrs: { width: count },
  source: ({ condition }, { width }) =>
    findPart(condition, 'tokens')?.tokens ?? tf.zeros([1, 1, width as number]),
  shape: (_, { width }) => ['n', width as number],
}

/** Channels to append to x, of items of `shape`, or zeros. */
export const channels: LayerOp = {
  inputs,
  attrs: { shape: itemShape },
  source({ x, condition }, { shape }) {
    const all = [x.shape[0], ...(shape as number[])]
    const given = findPart(condition, 'channels')?.channels
    return given ? given.broadcastTo(all) : tf.zeros(all)
  },
  shape: (_, { shape }) => shape as FeatureShape,
}
