// Inputs of a network.
import { defineLayerOp, free } from '../layerOp.ts'
import { count, itemShape } from './attributes.ts'

/** The noised batch, of items of `shape`. */
export const x = defineLayerOp({
  inputs: [],
  attrs: { shape: itemShape },
  shape: (_, { shape }) => shape,
  cost: free,
})

/** The timestep, one per item or one for all. */
export const time = defineLayerOp({
  inputs: [],
  attrs: {},
  gives: 'times',
  shape: () => [],
  cost: free,
})

/** `per_item` class labels, -1 for the null label. */
export const labels = defineLayerOp({
  inputs: [],
  attrs: { per_item: count },
  gives: 'labels',
  shape: (_, { per_item: count }) => [count],
  cost: free,
})

/** A number per item that is embedded like the timestep. */
export const values = defineLayerOp({
  inputs: [],
  attrs: {},
  gives: 'times',
  shape: () => [],
  cost: free,
})

/** A vector per item. */
export const vectors = defineLayerOp({
  inputs: [],
  attrs: { width: count },
  shape: (_, { width }) => [width],
  cost: free,
})

/** Tokens, or one token of zeros. */
export const tokens = defineLayerOp({
  inputs: [],
  attrs: { width: count },
  shape: (_, { width }) => ['n', width],
  cost: free,
})

/** Channels to append to x, of items of `shape`, or zeros. */
export const channels = defineLayerOp({
  inputs: [],
  attrs: { shape: itemShape },
  shape: (_, { shape }) => shape,
  cost: free,
})
