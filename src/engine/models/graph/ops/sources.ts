// Inputs of a network.
import type { FeatureShape, LayerOp } from '../layer.ts'
import { count, itemShape } from './attributes.ts'

const inputs: readonly string[] = []

/** The noised batch, of items of `shape`. */
export const x: LayerOp = {
  inputs,
  attrs: { shape: itemShape },
  isSource: true,
  shape: (_, { shape }) => shape as FeatureShape,
}

/** The timestep, one per item or one for all. */
export const time: LayerOp = {
  inputs,
  attrs: {},
  gives: 'times',
  isSource: true,
  shape: () => [],
}

/** `per_item` class labels, -1 for the null label. */
export const labels: LayerOp = {
  inputs,
  attrs: { per_item: count },
  gives: 'labels',
  isSource: true,
  shape: (_, { per_item: count }) => [count as number],
}

/** A number per item that is embedded like the timestep. */
export const values: LayerOp = {
  inputs,
  attrs: {},
  gives: 'times',
  isSource: true,
  shape: () => [],
}

/** A vector per item. */
export const vectors: LayerOp = {
  inputs,
  attrs: { width: count },
  isSource: true,
  shape: (_, { width }) => [width as number],
}

/** Tokens, or one token of zeros. */
export const tokens: LayerOp = {
  inputs,
  attrs: { width: count },
  isSource: true,
  shape: (_, { width }) => ['n', width as number],
}

/** Channels to append to x, of items of `shape`, or zeros. */
export const channels: LayerOp = {
  inputs,
  attrs: { shape: itemShape },
  isSource: true,
  shape: (_, { shape }) => shape as FeatureShape,
}
