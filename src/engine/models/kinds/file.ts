// File format of a kind of model.
import type { PredictionType } from '../../base/values.ts'
import type { LayerWeights } from '../graph/weights.ts'

/** Library and class name, as in model_index.json. */
export type ClassName = readonly [library: string, name: string]

export interface Format {
  /** The model's folder in a pipeline. */
  folder: string
  /** False for autoencoders, which have neither a prediction type nor a schedule. */
  denoises?: false
  /** `_class_name` of the configs it reads. */
  classNames: readonly string[]
  /** Returns the reason why diffusers cannot load such a model, or undefined. */
  refusal(config: Record<string, unknown>): string | undefined
  /** Returns the class and config to write; `foreign` if diffusers must be able to load it. */
  write(
    config: Record<string, unknown>,
    predicts: PredictionType,
  ): { className: ClassName; config: Record<string, unknown> }
  /**
   * Parses config.json into the model's config, and its prediction type if present. Throws
   * CheckpointError if it is invalid or not supported.
   */
  read(json: Record<string, unknown>): {
    config: Record<string, unknown>
    predicts?: PredictionType
  }
  /** True if the output is twice as wide as the input, for a learned variance. */
  predictsVariance(config: Record<string, unknown>): boolean
  /**
   * The config of a model that predicts a variance, where the channels alone do not say so: the
   * outputs are twice the images, and the inputs are images and further channels. Undefined if the
   * channels do not fit.
   */
  withVariance?(config: Record<string, unknown>): Record<string, unknown> | undefined
  /** The layers with weights of a config, in the order of its files. */
  layers(config: Record<string, unknown>): LayerWeights[]
  /** True for names of weights that older versions wrote and no model needs. */
  isIgnored?(name: string): boolean
  /** Maps old weight names to current ones. */
  currentName?(name: string): string
  /** Describes the model: "UNet with channels 16, 32 for 8 x 8 x 1 images". */
  describe(config: Record<string, unknown>): string
  /** Name and size of a data item: images, "8 x 8 x 1". */
  item(config: Record<string, unknown>): [name: string, text: string]
  /** Shape of a data item: height, width and channels of images. Undefined if any size fits. */
  itemShape?(config: Record<string, unknown>): readonly number[]
  /** True for models of points, whose schedules have other defaults. */
  isOfPoints?(config: Record<string, unknown>): boolean
  /** Number of class labels; 0 for none. */
  classes(config: Record<string, unknown>): number
  /** The label that means "no class"; undefined for models without class labels. */
  nullLabel?(config: Record<string, unknown>): number | undefined
}
