// Embeddings of times, labels and positions.
import { timeEmbeddingLayers } from '../../engine/models/graph/blocks/embedding.ts'
import { NodeError } from '../../engine/base/fault.ts'
import {
  advanced,
  choice,
  dataset,
  defineNode,
  features,
  integer,
  layerName,
  optional,
  toggle,
  unless,
  when,
} from '../define.ts'
import { featuresBuilder } from '../../engine/models/graph/features.ts'
import { layerNodeMessages } from '../messages/layerNodes.ts'
import { checkLayerName, defineLayer } from './defineLayer.ts'

export const timeEmbedding = defineLayer({
  type: 'diffusion/TimeEmbedding',
  summary: 'Vector of a time: sines and cosines of it, and two linear layers with SiLU in between.',
  source: 'Vaswani et al. 2017; Ho et al. 2020, appendix B',
  inputs: { t: features('t of ModelInput, or a number of ConditionInput') },
  params: {
    channels: integer(32, { min: 2, max: 4096 }, 'Number of sines and cosines'),
    out: integer(128, { min: 1, max: 65_536 }, 'Width of the vector'),
    layers: advanced(toggle(true, 'The two linear layers; without them, `out` has no effect')),
    flip_sin_to_cos: advanced(toggle(true, 'Cosines before sines')),
    freq_shift: advanced(integer(0, { min: 0, max: 1 }, 'Frequency shift; 1 in DDPM')),
    name: layerName('time_embedding'),
  },
  gives: 'A vector',
  build(b, { t }, { channels, out, layers, flip_sin_to_cos, freq_shift, name }) {
    if (Math.floor(channels / 2) <= freq_shift)
      throw new NodeError({
        param: 'channels',
        message: layerNodeMessages.evenWidth({ got: channels }),
        cure: layerNodeMessages.nextEven({ number: 4 }),
      })
    if (layers)
      return timeEmbeddingLayers(b, t, name, {
        channels,
        out,
        flipSinToCos: flip_sin_to_cos,
        freqShift: freq_shift,
      })
    return b.add('timestep_embedding', [t], { width: channels, flip_sin_to_cos, freq_shift })
  },
})

const classes = unless(
  'dataset',
  integer(10, { min: 1, max: 100_000 }, 'Number of classes. One more vector stands for no label'),
)

export const labelEmbedding = defineNode({
  type: 'diffusion/LabelEmbedding',
  category: 'layers',
  summary: 'A learned vector for each class label, and one for no label.',
  inputs: {
    labels: features('labels of ConditionInput'),
    dataset: optional(dataset('Sets the number of classes')),
  },
  outputs: { features: features('A vector') },
  params: {
    num_classes: classes,
    out: integer(128, { min: 1, max: 65_536 }, 'Width of the vector'),
    name: layerName('class_embedding'),
  },
  staticOutputs({ num_classes, out, name }, { labels, dataset }, _, wired) {
    if (!labels || (wired.has('dataset') && !dataset)) return {}
    return { features: embedLabels(labels, dataset?.classes ?? num_classes, out, name) }
  },
  run: ({ labels, dataset }, { num_classes, out, name }) => ({
    features: embedLabels(labels, dataset ? (dataset.classes ?? 1) : num_classes, out, name),
  }),
})

function embedLabels(
  labels: Parameters<typeof featuresBuilder.shapeOf>[0],
  classes: number,
  width: number,
  name: string,
) {
  checkLayerName(name)
  const isSequence = labels.kind === 'labels' && (labels.shape[0] as number) > 1
  const op = isSequence ? 'token_embedding' : 'label_embedding'
  return featuresBuilder.add(op, [labels], { rows: classes + 1, width }, name)
}

export const tokenEmbedding = defineLayer({
  type: 'diffusion/TokenEmbedding',
  summary: 'A learned vector for each label of a sequence, as tokens for attention.',
  inputs: { labels: features('labels of ConditionInput') },
  params: {
    num_classes: integer(
      10,
      { min: 1, max: 100_000 },
      'Number of different labels. One more vector stands for no label',
    ),
    out: integer(64, { min: 1, max: 65_536 }, 'Width of a token'),
    name: layerName('token_embedding'),
  },
  gives: 'Tokens [n, out]',
  build: (b, { labels }, { num_classes, out, name }) =>
    b.add('token_embedding', [labels], { rows: num_classes + 1, width: out }, name),
})

const gridSide = (about: string) => when('kind', 'sines', integer(4, { min: 1, max: 4096 }, about))

export const positionEmbedding = defineLayer({
  type: 'diffusion/PositionEmbedding',
  summary: 'Adds a vector to the token of each position: a learned one, or sines and cosines.',
  source: 'Dosovitskiy et al. 2021; Peebles & Xie 2023',
  inputs: { x: features('Tokens [n, c]') },
  params: {
    kind: choice(['learned', 'sines'], 'What the vectors are', {
      learned: 'Learned for each position',
      sines: 'Fixed sines and cosines of column and row, as in DiT',
    }),
    height: gridSide('Height of the grid of tokens: that of the image over the size of a patch'),
    width: gridSide('Width of the grid of tokens: that of the image over the size of a patch'),
    name: when('kind', 'learned', layerName('positions')),
  },
  gives: 'Tokens that know their position',
  build: (b, { x }, { kind, height, width, name }) =>
    kind === 'sines'
      ? b.add('grid_embedding', [x], { height, width })
      : b.add('position_embedding', [x], {}, name),
})

export const fourierFeatures = defineLayer({
  type: 'diffusion/FourierFeatures',
  summary:
    'Sines and cosines of 1, 2, 4, ... times the coordinates, beside them, for fine structure.',
  source: 'Tancik et al. 2020',
  inputs: { x: features('Vectors, such as points') },
  params: {
    count: integer(3, { min: 0, max: 16 }, 'Number of frequencies'),
  },
  gives: 'Wider vectors',
  build: (b, { x }, { count }) => b.add('fourier_features', [x], { count }),
})
