// Embeddings of times, labels and positions.
import { timeEmbeddingLayers } from '../../engine/models/graph/blocks/embedding.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { defineNode, param, slot } from '../define.ts'
import { countTokens } from '../../engine/datasets/vocabulary.ts'
import { featuresBuilder, type Features } from '../../engine/models/graph/features.ts'
import { layerNodeMessages } from '../../messages/layerNodes.ts'
import { checkLayerName, defineLayer, defineOpLayer } from './defineLayer.ts'

export const timeEmbedding = defineLayer({
  type: 'diffusion/TimeEmbedding',
  summary:
    'Embeds a timestep, or another number, as a vector: sines and cosines, followed by two linear layers with SiLU in between.',
  aliases: [
    'sinusoidal',
    'TimestepEmbedding',

    'sinusoidal embedding',
    'temb',
  ],
  source: 'Vaswani et al. 2017; Ho et al. 2020, appendix B',
  inputs: { t: slot.features('t of ModelInput, or a number from ConditionInput') },
  params: {
    channels: param.integer(32, { min: 2, max: 4096 }, 'Size of the sinusoidal embedding'),
    layers: param.advanced(param.toggle(true, 'Linear layers after the sinusoidal embedding')),
    out: param.when(
      'layers',
      'true',
      param.integer(128, { min: 1, max: 65_536 }, 'Size of the vector'),
    ),
    flip_sin_to_cos: param.advanced(param.toggle(true, 'Cosines before sines')),
    freq_shift: param.advanced(param.integer(0, { min: 0, max: 1 }, 'Frequency shift; 1 in DDPM')),
    name: param.when('layers', 'true', param.layerName('time_embedding')),
  },
  gives: 'Vector [c]',
  build(b, { t }, { channels, out, layers, flip_sin_to_cos, freq_shift, name }) {
    const least = 2 * (freq_shift + 1)
    if (channels < least)
      throw new NodeError({
        param: 'channels',
        message: layerNodeMessages.fewChannels({ least, shift: freq_shift, got: channels }),
        cure: layerNodeMessages.raise({ least }),
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

export const fourierTimeEmbedding = defineLayer({
  type: 'diffusion/FourierTimeEmbedding',
  summary:
    'Embeds the logarithm of a timestep above 0, such as a noise level, as sines and cosines with fixed random frequencies.',
  aliases: ['GaussianFourierProjection'],
  equation: '\\sin(2 \\pi w \\ln t), \\; \\cos(2 \\pi w \\ln t)',
  source: 'Tancik et al. 2020; Song et al. 2021, appendix C.1',
  inputs: { t: slot.features('t of ModelInput, or a number from ConditionInput') },
  params: {
    channels: param.integer(
      64,
      { min: 2, max: 4096, step: 2 },
      'Number of sines and cosines; even',
    ),
    scale: param.real(16, { min: 1e-6, max: 1e6 }, 'Standard deviation of the frequencies w'),
    name: param.layerName('time_proj'),
  },
  gives: 'Vector [c]',
  build(b, { t }, { channels, scale, name }) {
    if (channels % 2)
      throw new NodeError({
        param: 'channels',
        message: layerNodeMessages.evenChannels({ got: channels }),
        cure: layerNodeMessages.raise({ least: channels + 1 }),
      })
    return b.add('fourier_time_embedding', [t], { count: channels / 2, scale }, name)
  },
})

export const learnedTimeEmbedding = defineLayer({
  type: 'diffusion/LearnedTimeEmbedding',
  summary: 'Embeds a whole timestep as a learned vector.',
  aliases: ['time embedding table'],
  source: "diffusers' UNet2DModel",
  inputs: { t: slot.features('t of ModelInput, or a number from ConditionInput') },
  params: {
    num_train_timesteps: param.integer(
      1000,
      { min: 1, max: 100_000 },
      'Number of timesteps of the schedule',
    ),
    out: param.integer(128, { min: 1, max: 65_536 }, 'Size of the vector'),
    name: param.layerName('time_proj'),
  },
  gives: 'Vector [c]',
  build: (b, { t }, { num_train_timesteps, out, name }) =>
    b.add('time_table', [t], { rows: num_train_timesteps, width: out }, name),
})

export const timeValue = defineOpLayer('time_value', {
  type: 'diffusion/TimeValue',
  summary: 'A timestep, or another number, as a vector of that one number.',
  inputs: { t: slot.features('t of ModelInput, or a number from ConditionInput') },
  params: {},
  gives: 'Vector [1]',
})

const classes = param.unless(
  'dataset',
  param.integer(
    10,
    { min: 0, max: 100_000 },
    'Number of classes; one more vector stands for no label',
  ),
)

export const labelEmbedding = defineNode({
  type: 'diffusion/LabelEmbedding',
  category: 'layers',
  summary: "Embeds a class label as a learned vector (PyTorch's Embedding).",
  aliases: ['class embedding', 'class_embed', 'y embedder'],
  inputs: {
    labels: slot.features('Labels from ConditionInput'),
    dataset: slot.optional(slot.dataset('Sets the number of classes')),
  },
  outputs: {
    features: slot.features('Vector [c]; tokens [n, c] for several labels per item'),
  },
  params: {
    num_classes: classes,
    out: param.integer(128, { min: 1, max: 65_536 }, 'Size of the vector'),
    name: param.layerName('class_embedding'),
  },
  staticOutputs({ num_classes, out, name }, { labels, dataset }, _, wired) {
    if (!labels || (wired.has('dataset') && !dataset)) return {}
    return { features: embedLabels(labels, classesOf(dataset) ?? num_classes, out, name) }
  },
  run: ({ labels, dataset }, { num_classes, out, name }) => ({
    features: embedLabels(labels, classesOf(dataset) ?? num_classes, out, name),
  }),
})

/** Number of classes of a data set, if one is connected. */
function classesOf(dataset: { classes?: number | undefined } | undefined): number | undefined {
  if (!dataset || dataset.classes) return dataset?.classes
  throw new NodeError({
    slot: 'dataset',
    message: layerNodeMessages.noClasses(),
    cure: layerNodeMessages.connectClasses(),
  })
}

function embedLabels(labels: Features, classes: number, width: number, name: string) {
  checkLayerName(name)
  const isSequence = labels.kind === 'labels' && (labels.shape[0] as number) > 1
  const op = isSequence ? 'token_embedding' : 'label_embedding'
  return featuresBuilder.add(op, [labels], { rows: classes + 1, width }, name)
}

export const tokenEmbedding = defineLayer({
  type: 'diffusion/TokenEmbedding',
  summary: "Embeds each label of a sequence as a token: a learned vector (PyTorch's Embedding).",
  aliases: ['nn.Embedding', 'embedding', 'word embedding', 'wte'],
  inputs: {
    labels: slot.features('Labels from ConditionInput'),
    vocabulary: slot.optional(slot.vocabulary('Sets the number of tokens: words of captions')),
  },
  params: {
    num_classes: param.unless(
      'vocabulary',
      param.integer(
        10,
        { min: 1, max: 100_000 },
        'Number of different labels; one more vector stands for no label',
      ),
    ),
    out: param.integer(64, { min: 1, max: 65_536 }, 'Size of a token'),
    name: param.layerName('token_embedding'),
  },
  gives: 'Tokens [n, c], such as for CrossAttention',
  build(b, { labels, vocabulary }, { num_classes, out, name }) {
    const rows = (vocabulary ? countTokens(vocabulary) : num_classes) + 1
    return b.add('token_embedding', [labels], { rows, width: out }, name)
  },
})

const HEIGHT = 'Height of the grid of tokens: that of the image over the size of a patch'
const WIDTH = 'Width of the grid of tokens: that of the image over the size of a patch'

const gridSide = (about: string) =>
  param.when('kind', 'sines', param.integer(4, { min: 1, max: 4096 }, about))

export const positionEmbedding = defineLayer({
  type: 'diffusion/PositionEmbedding',
  summary: 'Adds a vector to the token of each position: a learned one, or sines and cosines.',
  aliases: ['positional encoding', 'pos_embed', 'positional embedding'],
  source: 'Dosovitskiy et al. 2021; Peebles & Xie 2023',
  inputs: { x: slot.features('Tokens [n, c]') },
  params: {
    kind: param.choice(['learned', 'sines'], 'What the vectors are', {
      learned: 'Learned for each position',
      sines: 'Fixed sines and cosines of column and row, as in DiT',
    }),
    height: gridSide(HEIGHT),
    width: gridSide(WIDTH),
    name: param.when('kind', 'learned', param.layerName('positions')),
  },
  gives: 'Tokens that know their position',
  build: (b, { x }, { kind, height, width, name }) =>
    kind === 'sines'
      ? b.add('grid_embedding', [x], { height, width })
      : b.add('position_embedding', [x], {}, name),
})

export const rotaryEmbedding = defineOpLayer('rotary_embedding', {
  type: 'diffusion/RotaryEmbedding',
  summary:
    'Rotates the channels of each token by angles of its row and column, so that attention depends on relative positions. For queries and keys.',
  aliases: ['rope'],
  source: 'Su et al. 2021; Heo et al. 2024, in two dimensions',
  inputs: { x: slot.features('Tokens [n, c]: queries or keys') },
  params: {
    heads: param.integer(
      4,
      { min: 1, max: 1024 },
      'Attention heads; each needs a multiple of 4 channels',
    ),
    height: param.integer(4, { min: 1, max: 4096 }, HEIGHT),
    width: param.integer(4, { min: 1, max: 4096 }, WIDTH),
  },
  gives: 'Rotated tokens',
})

export const fourierFeatures = defineOpLayer('fourier_features', {
  type: 'diffusion/FourierFeatures',
  summary:
    'Fourier features: the coordinates, and sines and cosines of 1, 2, 4, ... times the coordinates, for fine structure.',
  aliases: ['random fourier features', 'nerf embedding'],
  source: 'Tancik et al. 2020',
  inputs: { x: slot.features('Vector [d], such as a point') },
  params: {
    count: param.integer(3, { min: 0, max: 16 }, 'Number of frequencies'),
  },
  gives: 'Vector [(1 + 2 count) d]',
})
