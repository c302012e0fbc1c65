// Sizes of a network for images that a data set determines.
import { NodeError } from '../../engine/messages/fault.ts'
import type { Vocabulary } from '../../engine/base/values.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'

export interface ImageFacts {
  sample_size: number | readonly [height: number, width: number]
  channels: number
  num_classes: number
  vocabulary?: Vocabulary
}

/** Throws NodeError, at `dataset`, for data that are not images. */
export function datasetImages({ shape, classes, tokens }: Dataset): ImageFacts {
  if (shape.length !== 3) {
    throw new NodeError({
      slot: 'dataset',
      message: modelNodeMessages.imageItems({ shape }),
      cure: modelNodeMessages.useMlp(),
    })
  }
  const [height, width, channels] = shape as [number, number, number]
  return {
    sample_size: height === width ? height : [height, width],
    channels,
    num_classes: classes ?? 0,
    ...(tokens && { vocabulary: tokens.vocabulary }),
  }
}
