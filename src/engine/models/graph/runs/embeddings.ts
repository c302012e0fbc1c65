// Evaluation of embeddings of times, labels and positions.
import type { Tensor, Tensor2D } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import { gridEmbedding, oneHot, timestepEmbedding } from '../../../layers/embedding.ts'
import type { Times } from '../../../process/schedule.ts'
import { distinct, timeRows } from '../../condition.ts'
import type { LayerRuns } from '../layer.ts'

export const runs = {
  timestep_embedding: ({ inputs: [input], attrs: { width, flip_sin_to_cos, freq_shift } }) => {
    const times = input as Pick<Times, 't' | 'tensor'>
    const options = {
      flip_sin_to_cos: flip_sin_to_cos as boolean,
      freq_shift: freq_shift as number,
    }
    return timestepEmbedding(timeRows(times), width as number, options, times.tensor)
  },
  label_embedding: ({ inputs: [labels], weights, attrs }) => {
    const rows = attrs.rows as number
    const indices = (labels as Int32Array).map((label) => (label < 0 ? rows - 1 : label))
    return tf.matMul(oneHot(distinct(indices), rows), weights.weight as Tensor2D)
  },
  token_embedding: ({ inputs: [labels], weights, attrs, shape: [count, width] }) => {
    const rows = attrs.rows as number
    const indices = (labels as Int32Array).map((label) => (label < 0 ? rows - 1 : label))
    return tf
      .matMul(oneHot(indices, rows), weights.weight as Tensor2D)
      .reshape([-1, count as number, width as number])
  },
  position_embedding: ({ inputs: [x], weights }) => (x as Tensor).add(weights.weight),
  grid_embedding({ inputs: [x], attrs: { height, width }, shape }) {
    const [tokens, channels] = shape as number[]
    const values = gridEmbedding(height as number, width as number, channels)
    return (x as Tensor).add(tf.tensor(values, [tokens, channels]))
  },
} satisfies LayerRuns
