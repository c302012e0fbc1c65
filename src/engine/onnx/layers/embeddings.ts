// Embeddings of times, labels and positions. Times are float64 until their phase is known within
// one turn: float32 has too few digits for t f.
import { gridEmbedding, rotaryWaves } from '../../layers/gridWaves.ts'
import { embeddingFrequencies } from '../../layers/timeWaves.ts'
import type { OnnxBuilder, Value } from '../builder.ts'
import { elementTypes } from '../proto.ts'
import { fixedSizes } from '../../models/graph/ops/checks.ts'
import type { LayerWriters, WrittenLayer } from './layer.ts'
import { reshape } from './layer.ts'

/** Sines and cosines of turns `[batch, m]`, float64. */
function waves(b: OnnxBuilder, turns: Value): { sines: Value; cosines: Value } {
  const part = b.node('Mod', [turns, b.double(1)], { fmod: 1 })
  const narrow = b.node('Cast', [part], { to: elementTypes.float })
  const angles = b.node('Mul', [narrow, b.scalar(2 * Math.PI)])
  return { sines: b.node('Sin', [angles]), cosines: b.node('Cos', [angles]) }
}

/** `[batch]` to `[batch, 1]`. */
const column = (b: OnnxBuilder, t: Value): Value => b.node('Unsqueeze', [t, b.ints(1)])

/** Rows of labels; those below 0 are the last row of the table. */
function lookUp({
  b,
  inputs: [labels],
  attrs,
  weight,
}: WrittenLayer<'label_embedding' | 'token_embedding'>): Value {
  const nullRow = b.ints(attrs.rows - 1)
  if (labels === '') return b.node('Gather', [weight('weight')!, nullRow])
  const isNull = b.node('Less', [labels, b.ints(0)])
  const rows = b.node('Where', [isNull, nullRow, labels])
  return b.node('Gather', [weight('weight')!, rows])
}

export const writers = {
  timestep_embedding: ({ b, inputs: [t], attrs: { width, freq_shift, flip_sin_to_cos } }) => {
    const frequencies = embeddingFrequencies(width, freq_shift)
    const turns = b.doubles(frequencies.map((frequency) => frequency / (2 * Math.PI)))
    const { sines, cosines } = waves(b, b.node('Mul', [column(b, t), turns]))
    const both = flip_sin_to_cos ? [cosines, sines] : [sines, cosines]
    const joined = b.node('Concat', both, { axis: 1 })
    return width % 2 === 0 ? joined : b.node('Pad', [joined, b.ints(0, 0, 0, 1)])
  },
  fourier_time_embedding: ({ b, inputs: [t], weight }) => {
    const frequencies = b.node('Cast', [weight('weight')!], { to: elementTypes.double })
    const turns = b.node('Mul', [column(b, b.node('Log', [t])), frequencies])
    const { sines, cosines } = waves(b, turns)
    return b.node('Concat', [sines, cosines], { axis: 1 })
  },
  time_table: ({ b, inputs: [t], weight }) =>
    b.node('Gather', [weight('weight')!, b.node('Cast', [t], { to: elementTypes.int64 })]),
  time_value: ({ b, inputs: [t] }) => column(b, b.node('Cast', [t], { to: elementTypes.float })),
  label_embedding: lookUp,
  token_embedding: (layer) => {
    const [count, width] = fixedSizes(layer.shape)
    const { b, inputs, attrs } = layer
    if (inputs[0] !== '') return reshape(b, lookUp(layer), -1, count, width)
    const rows = b.ints(...Array.from({ length: count }, () => attrs.rows - 1))
    return reshape(b, b.node('Gather', [layer.weight('weight')!, rows]), 1, count, width)
  },
  position_embedding: ({ b, inputs: [x], weight }) => b.node('Add', [x, weight('weight')!]),
  grid_embedding: ({ b, inputs: [x], attrs: { height, width }, shape }) => {
    const [tokens, channels] = fixedSizes(shape)
    const waves = gridEmbedding(height, width, channels)
    return b.node('Add', [x, b.floats(waves, [tokens, channels])])
  },
  rotary_embedding: ({ b, inputs: [input], attrs: { heads, height, width }, shape }) => {
    const [tokens, channels] = fixedSizes(shape)
    const size = channels / heads
    const { cosines, sines } = rotaryWaves(height, width, size)
    const x = reshape(b, input, 0, tokens, heads, size)
    const quarter = (i: number) =>
      b.node('Slice', [x, b.ints((i * size) / 4), b.ints(((i + 1) * size) / 4), b.ints(3)])
    const [first, second, third, fourth] = [0, 1, 2, 3].map(quarter)
    const turned = b.node(
      'Concat',
      [b.node('Neg', [second]), first, b.node('Neg', [fourth]), third],
      { axis: 3 },
    )
    const kept = b.node('Mul', [x, b.floats(cosines, [tokens, 1, size])])
    const moved = b.node('Mul', [turned, b.floats(sines, [tokens, 1, size])])
    return reshape(b, b.node('Add', [kept, moved]), 0, tokens, channels)
  },
} satisfies Partial<LayerWriters>
