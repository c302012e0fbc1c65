// Evaluation of embeddings of times, labels and positions.
import type { Tensor2D } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import { fourierTimeEmbedding, oneHot, timestepEmbedding } from '../../../layers/embedding.ts'
import { gridEmbedding, rotaryWaves } from '../../../layers/gridWaves.ts'
import { EngineError } from '../../../base/errors.ts'
import { modelMessages } from '../../../messages/models.ts'
import { distinct, timeRows } from '../../condition.ts'
import type { LayerRuns } from '../layer.ts'
import { fixedSizes } from '../ops/checks.ts'

export const runs = {
  timestep_embedding: ({ inputs: [times], attrs: { width, ...options } }) =>
    timestepEmbedding(timeRows(times), width, options, times.tensor),
  fourier_time_embedding({ inputs: [times], buffers }) {
    const t = timeRows(times)
    const wrong = t.find((time) => !(time > 0))
    if (wrong !== undefined)
      throw new EngineError(modelMessages.logarithmicTime, { argument: 't', t: wrong })
    return fourierTimeEmbedding(t, buffers.weight, times.tensor)
  },
  time_table({ inputs: [{ t, tensor }], weights, attrs: { rows } }) {
    if (tensor) throw new EngineError(modelMessages.tableDerivative, { argument: 't' })
    const last = rows - 1
    const wrong = t.find((time) => !Number.isInteger(time) || time < 0 || time > last)
    if (wrong !== undefined)
      throw new EngineError(modelMessages.tableTime, { argument: 't', last, t: wrong })
    const indices = Int32Array.from(distinct(t))
    return tf.matMul(oneHot(indices, rows), weights.weight as Tensor2D)
  },
  time_value({ inputs: [times] }) {
    const t = timeRows(times)
    return times.tensor?.reshape([-1, 1]) ?? tf.tensor2d(Float32Array.from(t), [t.length, 1])
  },
  label_embedding: ({ inputs: [labels], weights, attrs: { rows } }) =>
    tf.matMul(oneHot(distinct(tableRows(labels, rows)), rows), weights.weight as Tensor2D),
  token_embedding: ({ inputs: [labels], weights, attrs: { rows }, shape }) =>
    tf
      .matMul(oneHot(tableRows(labels, rows), rows), weights.weight as Tensor2D)
      .reshape([-1, ...fixedSizes(shape)]),
  position_embedding: ({ inputs: [x], weights }) => x.add(weights.weight),
  grid_embedding({ inputs: [x], attrs: { height, width }, shape }) {
    const [tokens, channels] = fixedSizes(shape)
    return x.add(tf.tensor(gridEmbedding(height, width, channels), [tokens, channels]))
  },
  rotary_embedding({ inputs: [input], attrs: { heads, height, width }, shape }) {
    const [tokens, channels] = fixedSizes(shape)
    const size = channels / heads
    const waves = rotaryWaves(height, width, size)
    const [cosines, sines] = [waves.cosines, waves.sines].map((values) =>
      tf.tensor(values, [tokens, 1, size]),
    )
    const x = input.reshape([-1, tokens, heads, size])
    const [a, b, c, d] = tf.split(x, 4, -1)
    const turned = tf.concat([b.neg(), a, d.neg(), c], -1)
    return x.mul(cosines).add(turned.mul(sines)).reshape([-1, tokens, channels])
  },
} satisfies Partial<LayerRuns>

/** Rows of labels in a table, whose last row is that of the null label. */
const tableRows = (labels: Int32Array, rows: number): Int32Array =>
  labels.map((label) => (label < 0 ? rows - 1 : label))
