// File format of the MLP: weight names and layouts of an equivalent PyTorch module.
import { quoteValue } from '../../../base/quote.ts'
import { viewText } from '../../../base/viewTexts.ts'
import type { MlpConfig } from './graph.ts'
import { mlpLayers } from './graph.ts'
import { CheckpointError } from '../../../archive/checkpointError.ts'
import type { Format } from '../file.ts'
import { readPrediction } from '../../../checkpoint/scheduler.ts'
import { checkpointMessages } from '../../../messages/checkpoint.ts'

type Json = Record<string, unknown>

export const mlpFormat: Format = {
  folder: 'mlp',
  classNames: ['MLP'],
  refusal: () => checkpointMessages.noMlp(),
  write: (config, predicts) => ({
    className: ['litegraph_diffusion', 'MLP'],
    config: { ...config, prediction_type: predicts },
  }),
  read({ prediction_type, ...json }) {
    const predicts = readPrediction(prediction_type)
    const config = Object.fromEntries(Object.entries(json).filter(([key]) => !key.startsWith('_')))
    checkMlpConfig(config)
    return { config, predicts }
  },
  predictsVariance: ({ out_dim }) => out_dim !== undefined,
  layers: (config) => mlpLayers(config as unknown as MlpConfig),
  describe: ({ dim, layers, hidden }) =>
    viewText('mlp', `${String(layers)} x ${String(hidden)}`, String(dim)),
  item: ({ dim }) => [viewText('points'), viewText('coordinates', String(dim))],
  isOfPoints: () => true,
  classes: ({ num_classes }) => num_classes as number,
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

function checkMlpConfig(config: Json) {
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
