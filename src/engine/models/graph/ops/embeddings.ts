// Embeddings of times, labels and positions.
import type { Tensor, Tensor2D } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import type { Times } from '../../../process/schedule.ts'
import { gridEmbedding, oneHot, timestepEmbedding } from '../../../layers/embedding.ts'
import { distinct, timeRows } from '../../condition.ts'
import type { LayerOp, WeightSpec } from '../layer.ts'
import { EngineError } from '../../../base/errors.ts'
import { layerMessages } from '../../../messages/layers.ts'
import { count, finite, flag } from './attributes.ts'
import { asTokens, checkTokenCount, shapeText } from './checks.ts'

/** A table with a row per label or position. */
const table = (rows: number, width: number): WeightSpec[] => [
  { part: 'weight', shape: [rows, width], layout: 'plain', start: { kind: 'normal' } },
]

/** Sinusoidal embedding of a time. One row if the times are equal. */
export const timestep_embedding: LayerOp = {
  inputs: ['t'],
  takes: 'times',
  attrs: { width: count, flip_sin_to_cos: flag, freq_shift: finite },
  shape: (_, { width }) => [width as number],
  run: ({ inputs: [input], attrs: { width, flip_sin_to_cos, freq_shift } }) => {
    const times = input as Pick<Times, 't' | 'tensor'>
    const options = {
      flip_sin_to_cos: flip_sin_to_cos as boolean,
      freq_shift: freq_shift as number,
    }
    return timestepEmbedding(timeRows(times), width as number, options, times.tensor)
  },
}

/** Rows of a table by label, the last for the null label. One row if the labels are equal. */
export const label_embedding: LayerOp = {
  inputs: ['labels'],
  takes: 'labels',
  attrs: { rows: count, width: count },
  shape: (_, { width }) => [width as number],
  weights: (_, { rows, width }) => table(rows as number, width as number),
  run: ({ inputs: [labels], weights, attrs }) => {
    const rows = attrs.rows as number
    const indices = (labels as Int32Array).map((label) => (label < 0 ? rows - 1 : label))
    return tf.matMul(oneHot(distinct(indices), rows), weights.weight as Tensor2D)
  },
}

/** Tokens by label, `per_item` of each item, from a table whose last row is the null label. */
export const token_embedding: LayerOp = {
  inputs: ['labels'],
  takes: 'labels',
  attrs: { rows: count, width: count },
  shape: ([labels], { width }) => [labels[0], width as number],
  weights: (_, { rows, width }) => table(rows as number, width as number),
  run: ({ inputs: [labels], weights, attrs, shape: [count, width] }) => {
    const rows = attrs.rows as number
    const indices = (labels as Int32Array).map((label) => (label < 0 ? rows - 1 : label))
    return tf
      .matMul(oneHot(indices, rows), weights.weight as Tensor2D)
      .reshape([-1, count as number, width as number])
  },
}

/** Adds a learned vector to the token of each position. */
export const position_embedding: LayerOp = {
  inputs: ['x'],
  attrs: {},
  shape([x]) {
    const [tokens] = asTokens(x, 'x')
    if (tokens === 'n')
      throw new EngineError(layerMessages.unknownCount, { argument: 'x', shape: shapeText(x) })
    return x
  },
  weights: ([x]) => table(x[0] as number, x[1] as number),
  run: ({ inputs: [x], weights }) => (x as Tensor).add(weights.weight),
}

/**
 * Adds the fixed sine-cosine embedding of its place to each token of a grid of `height` x `width`,
 * row by row (Peebles & Xie 2023; He et al. 2022).
 */
export const grid_embedding: LayerOp = {
  inputs: ['x'],
  attrs: { height: count, width: count },
  shape([x], { height, width }) {
    const [tokens, channels] = asTokens(x, 'x')
    checkTokenCount(tokens, height as number, width as number)
    if (channels % 4)
      throw new EngineError(layerMessages.quarters, { argument: 'x', shape: shapeText(x) })
    return x
  },
  run({ inputs: [x], attrs: { height, width }, shape }) {
    const [tokens, channels] = shape as number[]
    const values = gridEmbedding(height as number, width as number, channels)
    return (x as Tensor).add(tf.tensor(values, [tokens, channels]))
  },
}
