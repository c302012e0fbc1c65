// File format of the classifier: weight names and layouts of an equivalent PyTorch module.
import { quoteValue } from '../../../base/quote.ts'
import { viewText } from '../../../base/viewTexts.ts'
import type { ClassifierConfig } from './graph.ts'
import { classifierLayers } from './graph.ts'
import { CheckpointError } from '../../../archive/checkpointError.ts'
import type { Format } from '../file.ts'
import { checkpointMessages } from '../../../messages/checkpoint.ts'

type Json = Record<string, unknown>

export const classifierFormat: Format = {
  folder: 'classifier',
  classNames: ['Classifier'],
  refusal: () => checkpointMessages.noClassifier(),
  write: (config) => ({ className: ['litegraph_diffusion', 'Classifier'], config: { ...config } }),
  read(json) {
    // Older files have no time embedding.
    const config: Json = {
      time_embedding_dim: 0,
      ...Object.fromEntries(Object.entries(json).filter(([key]) => !key.startsWith('_'))),
    }
    checkClassifierConfig(config)
    // Required, but unused: a classifier makes no prediction.
    return { config, predicts: 'sample' }
  },
  predictsVariance: () => false,
  layers: (config) => classifierLayers(config as unknown as ClassifierConfig),
  describe(config) {
    const { height, width, in_channels, block_out_channels, num_classes } =
      config as unknown as ClassifierConfig
    return viewText(
      'classifier',
      block_out_channels.join(', '),
      num_classes,
      `${height} x ${width} x ${in_channels}`,
    )
  },
  item: ({ height, width, in_channels }) => [
    viewText('images'),
    `${String(height)} x ${String(width)} x ${String(in_channels)}`,
  ],
  classes: ({ num_classes }) => num_classes as number,
}

const sizes: {
  [K in Exclude<keyof ClassifierConfig, 'activation' | 'block_out_channels'>]: [
    min: number,
    max: number,
  ]
} = {
  height: [1, 4096],
  width: [1, 4096],
  in_channels: [1, 4096],
  num_classes: [2, 100_000],
  norm_num_groups: [1, 4096],
  time_embedding_dim: [0, 4096],
}

const isIntegerWithin = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max

function checkClassifierConfig(config: Json) {
  for (const [name, [min, max]] of Object.entries(sizes)) {
    if (isIntegerWithin(config[name], min, max)) continue
    throw new CheckpointError(
      checkpointMessages.classifierSize({
        key: name,
        value: quoteValue(config[name]),
        min,
        max,
      }),
    )
  }
  const {
    block_out_channels: widths,
    norm_num_groups: groups,
    height,
    width,
  } = config as unknown as ClassifierConfig
  const whole = Array.isArray(widths) && widths.length > 0 && widths.length <= 16
  if (
    !whole ||
    !widths.every((value) => isIntegerWithin(value, 1, 65_536) && value % groups === 0)
  ) {
    throw new CheckpointError(
      checkpointMessages.classifierChannels({ value: quoteValue(widths), groups }),
    )
  }
  const halved = 2 ** (widths.length - 1)
  if (height % halved || width % halved) {
    throw new CheckpointError(
      checkpointMessages.classifierHalving({ height, width, count: widths.length - 1 }),
    )
  }
  if (!['silu', 'relu', 'tanh'].includes(config.activation as string)) {
    throw new CheckpointError(
      checkpointMessages.activation({ value: quoteValue(config.activation) }),
    )
  }
}
