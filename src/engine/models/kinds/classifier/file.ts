// File format of the classifier: weight names and layouts of an equivalent PyTorch module.
import { CheckpointError } from '../../../archive/checkpointError.ts'
import { quoteValue } from '../../../base/quote.ts'
import { viewText } from '../../../base/viewTexts.ts'
import { checkpointMessages } from '../../../messages/checkpoint.ts'
import { withoutRemarks, type ModelFile } from '../file.ts'
import type { ClassifierConfig } from './config.ts'

type Json = Record<string, unknown>

export const classifierFile: ModelFile<ClassifierConfig> = {
  folder: 'classifier',
  classNames: ['Classifier'],
  refusal: () => checkpointMessages.noClassifier(),
  // Required, but unused: a classifier makes no prediction.
  predicts: () => 'sample',
  describe: ({ block_out_channels, num_classes }, item) =>
    viewText('classifier', block_out_channels.join(', '), num_classes, item),
}

/** Parses the config of a file. Throws CheckpointError. */
export function parseClassifierConfig(json: Json): ClassifierConfig {
  // Older files have no time embedding.
  const config: Json = { time_embedding_dim: 0, ...withoutRemarks(json) }
  checkClassifierConfig(config)
  return config
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

function checkClassifierConfig(config: Json): asserts config is Json & ClassifierConfig {
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
  const { block_out_channels: widths } = config
  const [groups, height, width] = [config.norm_num_groups, config.height, config.width].map(Number)
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
