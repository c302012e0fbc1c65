// Files of networks: what follows from kinds and their formats. Loads no tfjs.
import type { PredictionType } from '../../base/values.ts'
import { viewText } from '../../base/viewTexts.ts'
import type { Configured } from './configs.ts'
import { ownClass, type WrittenConfig } from './file.ts'
import { getNetworkKind } from './registry.ts'

/** Parses the config of a kind, and its prediction type if present. Throws CheckpointError. */
export function readConfig(
  kind: string,
  json: Record<string, unknown>,
): { config: object; predicts?: PredictionType | undefined } {
  const { parse, file } = getNetworkKind({ kind })
  return { predicts: file.predicts?.(json), config: parse(json) }
}

/** Returns the class and the config to write. */
export function writeConfig({ kind, config }: Configured, predicts: PredictionType): WrittenConfig {
  const { write, classNames } = getNetworkKind({ kind }).file
  return write?.(config, predicts) ?? ownClass(classNames[0], config)
}

/** Shape of a data item: height, width and channels of images. Undefined if any size fits. */
export function fileItemShape({ kind, config }: Configured): readonly number[] | undefined {
  const { file, itemShape } = getNetworkKind({ kind })
  if (file.itemShape) return file.itemShape(config)
  return file.denoises === false ? undefined : itemShape(config)
}

const itemText = (model: Configured) => (fileItemShape(model) ?? []).join(' x ')

/** True for models of points, whose schedules have other defaults. */
export const isOfPoints = (model: Configured): boolean => fileItemShape(model)?.length === 1

/** Describes a network: "UNet with channels 16, 32 for 8 x 8 x 1 images". */
export const describeNetwork = (model: Configured): string =>
  getNetworkKind(model).file.describe(model.config, itemText(model))

/** Name and size of a data item: images, "8 x 8 x 1". */
export const describeItem = (model: Configured): [name: string, text: string] =>
  getNetworkKind(model).file.item?.(model.config) ?? [
    viewText(isOfPoints(model) ? 'points' : 'images'),
    itemText(model),
  ]

/** Number of class labels; 0 for none. */
export function countClasses({ kind, config }: Configured): number {
  const { file, conditions } = getNetworkKind({ kind })
  const labels = conditions(config).findLast((spec) => spec.kind === 'labels')
  return file.classes?.(config) ?? labels?.classes ?? 0
}
