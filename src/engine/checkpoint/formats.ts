// The kinds of models that files hold, and what a checkpoint has to know of each. Nothing here needs a device.
import type { PredictionType } from '../values.ts'
import { classifierFormat } from './classifier.ts'
import { mlpFormat } from './mlp.ts'
import { unetFormat } from './unet.ts'

/** A library and a class of it, as model_index.json names them. */
export type ClassName = readonly [library: string, name: string]

export interface Format {
  /** The model's folder in a pipeline. */
  folder: string
  /** `_class_name` of the configs it reads. */
  classNames: readonly string[]
  /** Why diffusers cannot load such a model, or undefined if it can. */
  refusal(config: Record<string, unknown>): string | undefined
  /** The class and the config to write; `foreign` where diffusers is to load it. */
  write(config: Record<string, unknown>, predicts: PredictionType): { className: ClassName; config: Record<string, unknown> }
  /**
   * The model's config from its config.json, checked; and what the model predicts, if that is in there. Throws
   * CheckpointError for what makes no sense or is not supported.
   */
  read(json: Record<string, unknown>): { config: Record<string, unknown>; predicts?: PredictionType }
  /** Whether it gives twice as many numbers as it takes: a variance too. */
  saysVariance(config: Record<string, unknown>): boolean
  /** Names and shapes of the weights, as in PyTorch, that a config asks for. */
  shapes(config: Record<string, unknown>): Map<string, number[]>
  /** What a weight of this name in a file is called today. */
  renamed?(name: string): string
  /** For people: "UNet of 2 levels (16, 32 channels) for images of 8 x 8 x 1". */
  describe(config: Record<string, unknown>): string
  /** What one item of its data is, by name: images, "8 x 8 x 1". */
  item(config: Record<string, unknown>): [name: string, text: string]
  /** How many class labels it takes; 0 for none. */
  classes(config: Record<string, unknown>): number
}

/** By the model's kind. */
export const formats: Readonly<Record<string, Format>> = { unet: unetFormat, mlp: mlpFormat, classifier: classifierFormat }

export const kindOfClass = (className: unknown): string | undefined =>
  Object.keys(formats).find((kind) => formats[kind]!.classNames.includes(className as string))
