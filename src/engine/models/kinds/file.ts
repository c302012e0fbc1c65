// Files of a kind of network: names, and what files say beside the config. Loads no tfjs.
import type { MessageText } from '../../base/catalogue.ts'
import { getErrorText } from '../../messages/fault.ts'
import { quoteValue } from '../../base/quote.ts'
import type { PredictionType } from '../../base/values.ts'
import { CheckpointError } from '../../archive/checkpointError.ts'
import { checkpointMessages } from '../../messages/checkpoint.ts'
import { DIFFUSERS_VERSION } from './diffusers.ts'

/** Library and class name, as in model_index.json. */
export type ClassName = readonly [library: string, name: string]

/** A class and the config to write. */
export interface WrittenConfig {
  className: ClassName
  config: object
}

/** A class of this package. */
export const ownClass = (name: string, config: object): WrittenConfig => ({
  className: ['litegraph_diffusion', name],
  config,
})

/** A class of diffusers. */
export const diffusersClass = (name: string, config: object): WrittenConfig => ({
  className: ['diffusers', name],
  config: { _diffusers_version: DIFFUSERS_VERSION, ...config },
})

export interface ModelFile<Config> {
  /** The model's folder in a pipeline. */
  folder: string
  /** False for autoencoders, which have neither a prediction type nor a schedule. */
  denoises?: false
  /** `_class_name` of the configs that are read. */
  classNames: readonly string[]
  /** Returns the reason why diffusers cannot load such a model, if it cannot. */
  refusal?(config: Config): MessageText | undefined
  /** Returns the class and config to write. By default the config with the first class name. */
  write?(config: Config, predicts: PredictionType): WrittenConfig
  /** The prediction type, if config.json has one. Throws CheckpointError. */
  predicts?(json: Record<string, unknown>): PredictionType
  /**
   * The config of a model that predicts a variance, where the channels alone do not say so: the
   * outputs are twice the images, and the inputs are images and further channels. Undefined if the
   * channels do not fit.
   */
  withVariance?(config: Config): Config | undefined
  /** True for names of weights that older versions wrote and no model needs. */
  isIgnored?(name: string): boolean
  /** Maps old weight names to current ones. */
  currentName?(name: string): string
  /** Describes the model: "UNet with channels 16, 32 for 8 x 8 x 1 images", `item` in full. */
  describe(config: Config, item: string): string
  /** Name and size of a data item: images, "8 x 8 x 1". By default its shape. */
  item?(config: Config): [name: string, text: string]
  /** Shape of a data item, if it is not that of x. */
  itemShape?(config: Config): readonly number[]
  /** Number of class labels; by default that of the condition. */
  classes?(config: Config): number
  /** The label that means "no class"; undefined for models without class labels. */
  nullLabel?(config: Config): number | undefined
}

const predictionTypes: readonly PredictionType[] = [
  'epsilon',
  'sample',
  'v_prediction',
  'flow_prediction',
]

/** Parses a prediction type. Throws CheckpointError. */
export function readPrediction(name: unknown): PredictionType {
  if (predictionTypes.includes(name as PredictionType)) return name as PredictionType
  throw new CheckpointError(
    checkpointMessages.prediction({
      name: quoteValue(name),
      known: predictionTypes.join(', '),
    }),
  )
}

/** The entries of config.json without remarks, whose keys begin with `_`. */
export const withoutRemarks = (json: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(json).filter(([key]) => !key.startsWith('_')))

/** Runs a parser of configs. Its errors become CheckpointErrors; those of other classes do not. */
export function asFileError<T>(
  parse: () => T,
  cure?: MessageText,
  expected: abstract new (...args: never[]) => Error = Error,
): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof expected)) throw error
    throw new CheckpointError(getErrorText(error), cure)
  }
}
