// Evaluation of embeddings of times, labels and positions.
import type { Tensor, Tensor2D } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import { fourierTimeEmbedding, oneHot, timestepEmbedding } from '../../../layers/embedding.ts'
import { gridEmbedding, rotaryWaves } from '../../../layers/gridWaves.ts'
import { EngineError } from '../../../base/errors.ts'
import { modelMessages } from '../../../messages/models.ts'
import type { Times } from '../../../process/schedule.ts'
import { distinct, timeRows } from '../../condition.ts'
import type { LayerRuns } from '../layer.ts'

/** Times of an embedding of a network. */
type EmbeddedTimes = Pick<Times, 't' | 'tensor'>

export const runs = {
  timestep_embedding: ({ inputs: [input], attrs: { width, flip_sin_to_cos, freq_shift } }) => {
    const times = input as EmbeddedTimes
    const options = {
      flip_sin_to_cos: flip_sin_to_cos as boolean,
      freq_shift: freq_shift as number,
    }
    return timestepEmbedding(timeRows(times), width as number, options, times.tensor)
  },
  fourier_time_embedding({ inputs: [input], buffers }) {
    const times = input as EmbeddedTimes
    const t = timeRows(times)
    const wrong = t.find((time) => !(time > 0))
    if (wrong !== undefined)
      throw new EngineError(modelMessages.logarithmicTime, { argument: 't', t: wrong })
    return fourierTimeEmbedding(t, buffers.weight, times.tensor)
  },
  time_table({ inputs: [input], weights, attrs: { rows } }) {
    const { t, tensor } = input as EmbeddedTimes
    if (tensor) throw new EngineError(modelMessages.tableDerivative, { argument: 't' })
    const last = (rows as number) - 1
    const wrong = t.find((time) => !Number.isInteger(time) || time < 0 || time > last)
    if (wrong !== undefined)
      throw new EngineError(modelMessages.tableTime, { argument: 't', last, t: wrong })
    const indices = Int32Array.from(distinct(t))
    return tf.matMul(oneHot(indices, rows as number), weights.weight as Tensor2D)
  },
  time_value({ inputs: [input] }) {
    const times = input as EmbeddedTimes
    const t = timeRows(times)
    return times.tensor?.reshape([-1, 1]) ?? tf.tensor2d(Float32Array.from(t), [t.length, 1])
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
  rotary_embedding({ inputs: [input], attrs, shape: [count, width] }) {
    const [tokens, channels] = [count as number, width as number]
    const heads = attrs.heads as number
    const size = channels / heads
    const waves = rotaryWaves(attrs.height as number, attrs.width as number, size)
    const [cosines, sines] = [waves.cosines, waves.sines].map((values) =>
      tf.tensor(values, [tokens, 1, size]),
    )
    const x = (input as Tensor).reshape([-1, tokens, heads, size])
    const [a, b, c, d] = tf.split(x, 4, -1)
    const turned = tf.concat([b.neg(), a, d.neg(), c], -1)
    return x.mul(cosines).add(turned.mul(sines)).reshape([-1, tokens, channels])
  },
} satisfies LayerRuns
