// File format of the MLP: weight names and layouts of an equivalent PyTorch module.
import { CheckpointError } from '../../../archive/checkpointError.ts'
import { quoteValue } from '../../../base/quote.ts'
import { viewText } from '../../../base/viewTexts.ts'
import { checkpointMessages } from '../../../messages/checkpoint.ts'
import { ownClass, readPrediction, withoutRemarks, type ModelFile } from '../file.ts'
import type { MlpConfig } from './config.ts'

type Json = Record<string, unknown>

export const mlpFile: ModelFile<MlpConfig> = {
  folder: 'mlp',
  classNames: ['MLP'],
  refusal: () => checkpointMessages.noMlp(),
  write: (config, predicts) => ownClass('MLP', { ...config, prediction_type: predicts }),
  predicts: ({ prediction_type }) => readPrediction(prediction_type),
  describe: ({ dim, layers, hidden }) => viewText('mlp', `${layers} x ${hidden}`, String(dim)),
  item: ({ dim }) => [viewText('points'), viewText('coordinates', String(dim))],
}

/** Parses the config of a file. Throws CheckpointError. */
export function parseMlpConfig({ prediction_type: _type, ...json }: Json): MlpConfig {
  const config = withoutRemarks(json)
  checkMlpConfig(config)
  return config
}

/** Keys of networks with further conditions. Files of networks without any lack them. */
const optionalSizes = { vector_dim: [0, 4096], extra_dim: [0, 4096] } as const

const sizes: {
  [
    K in Exclude<
      keyof MlpConfig,
      'activation' | 'out_dim' | 'second_time' | keyof typeof optionalSizes
    >
  ]: [min: number, max: number]
} = {
  dim: [1, 4096],
  hidden: [1, 4096],
  time_embedding_dim: [2, 1024],
  layers: [0, 64],
  num_classes: [0, 100_000],
  fourier_features: [0, 16],
}

function checkMlpConfig(config: Json): asserts config is Json & MlpConfig {
  const given = Object.entries(optionalSizes).filter(([name]) => config[name] !== undefined)
  for (const [name, [min, max]] of [...Object.entries(sizes), ...given]) {
    const value = config[name]
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max)
      continue
    throw new CheckpointError(
      checkpointMessages.mlpSize({ key: name, value: quoteValue(value), min, max }),
    )
  }
  if (config.out_dim !== undefined && config.out_dim !== 2 * (config.dim as number)) {
    throw new CheckpointError(
      checkpointMessages.mlpOutputs({
        value: quoteValue(config.out_dim),
        expected: 2 * (config.dim as number),
      }),
    )
  }
  if (!['undefined', 'boolean'].includes(typeof config.second_time)) {
    throw new CheckpointError(
      checkpointMessages.mlpSecondTime({ value: quoteValue(config.second_time) }),
    )
  }
  if (!['silu', 'relu', 'tanh'].includes(config.activation as string)) {
    throw new CheckpointError(
      checkpointMessages.activation({ value: quoteValue(config.activation) }),
    )
  }
}
