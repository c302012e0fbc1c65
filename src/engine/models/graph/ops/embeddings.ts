// Embeddings of times, labels and positions.
import { defineLayerOp, free, type OpSizes, type WeightSpec } from '../layerOp.ts'
import { EngineError } from '../../../base/errors.ts'
import { layerMessages } from '../../../messages/layers.ts'
import { count, finite, flag, positive } from './attributes.ts'
import { asTokens, checkDivides, checkTokenCount, fixedSizes, shapeText } from './checks.ts'
import { countElements } from '../../../base/shapes.ts'

/** A table with a row per label or position. */
const table = (rows: number, width: number): WeightSpec[] => [
  { part: 'weight', shape: [rows, width], layout: 'plain', start: { kind: 'normal' } },
]

/** Multiply-adds of a lookup: a product of labels, as vectors of zeros and a one, with the table. */
const lookup = ({ output, attrs: { rows } }: OpSizes<{ rows: number }>) =>
  rows * countElements(output)

/** Sinusoidal embedding of a time. One row if the times are equal. */
export const timestep_embedding = defineLayerOp({
  inputs: ['t'],
  takes: 'times',
  attrs: { width: count, flip_sin_to_cos: flag, freq_shift: finite },
  shape: (_, { width }) => [width],
  cost: free,
})

/**
 * Sines, then cosines, of the logarithm of a time with `count` fixed random frequencies of deviation
 * `scale`. One row if the times are equal.
 */
export const fourier_time_embedding = defineLayerOp({
  inputs: ['t'],
  takes: 'times',
  attrs: { count, scale: positive },
  shape: (_, { count }) => [2 * count],
  weights: (_, { count, scale }) => [
    {
      part: 'weight',
      shape: [count],
      layout: 'plain',
      start: { kind: 'normal', deviation: scale },
      fixed: true,
    },
  ],
  cost: { saves: 'inputs' },
})

/** A learned vector for each of the times 0 ... rows - 1. One row if the times are equal. */
export const time_table = defineLayerOp({
  inputs: ['t'],
  takes: 'times',
  attrs: { rows: count, width: count },
  shape: (_, { width }) => [width],
  weights: (_, { rows, width }) => table(rows, width),
  cost: { saves: 'inputs' },
})

/** A time itself, as a vector of one number. One row if the times are equal. */
export const time_value = defineLayerOp({
  inputs: ['t'],
  takes: 'times',
  attrs: {},
  shape: () => [1],
  cost: free,
})

/** Rows of a table by label, the last for the null label. One row if the labels are equal. */
export const label_embedding = defineLayerOp({
  inputs: ['labels'],
  takes: 'labels',
  attrs: { rows: count, width: count },
  shape: (_, { width }) => [width],
  weights: (_, { rows, width }) => table(rows, width),
  cost: { macs: lookup, saves: 'inputs', savedInside: ({ attrs: { rows } }) => rows },
})

/** Tokens by label, `per_item` of each item, from a table whose last row is the null label. */
export const token_embedding = defineLayerOp({
  inputs: ['labels'],
  takes: 'labels',
  attrs: { rows: count, width: count },
  shape: ([labels], { width }) => [labels[0], width],
  weights: (_, { rows, width }) => table(rows, width),
  cost: {
    macs: lookup,
    saves: 'inputs',
    savedInside: ({ output: [count], attrs: { rows } }) => rows * count,
  },
})

/** Adds a learned vector to the token of each position. */
export const position_embedding = defineLayerOp({
  inputs: ['x'],
  attrs: {},
  shape([x]) {
    const [tokens] = asTokens(x, 'x')
    if (tokens === 'n')
      throw new EngineError(layerMessages.unknownCount, { argument: 'x', shape: shapeText(x) })
    return x
  },
  weights([x]) {
    const [tokens, channels] = fixedSizes(x)
    return table(tokens, channels)
  },
  // The gradient of a table that is added needs no input.
  cost: free,
  title: 'Positions',
})

/**
 * Rotates the channels of each head of a token by angles of its row and its column in a grid of
 * `height` x `width` (Su et al. 2021, in two dimensions). Channels i and i + d / 4 of each half of a
 * head of d channels are a plane.
 */
export const rotary_embedding = defineLayerOp({
  inputs: ['x'],
  attrs: { heads: count, height: count, width: count },
  shape([x], { heads, height, width }) {
    const [tokens, channels] = asTokens(x, 'x')
    checkTokenCount(tokens, height, width)
    checkDivides(heads, channels, 'heads')
    if ((channels / heads) % 4)
      throw new EngineError(layerMessages.quartersOfHeads, {
        argument: 'heads',
        channels,
        heads,
      })
    return x
  },
  cost: free,
})

/**
 * Adds the fixed sine-cosine embedding of its place to each token of a grid of `height` x `width`,
 * row by row (Peebles & Xie 2023; He et al. 2022).
 */
export const grid_embedding = defineLayerOp({
  inputs: ['x'],
  attrs: { height: count, width: count },
  shape([x], { height, width }) {
    const [tokens, channels] = asTokens(x, 'x')
    checkTokenCount(tokens, height, width)
    if (channels % 4)
      throw new EngineError(layerMessages.quarters, { argument: 'x', shape: shapeText(x) })
    return x
  },
  cost: free,
  title: 'Positions',
})
