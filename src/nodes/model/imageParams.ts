// Params of networks for images that a data set can set instead.
import { param } from '../define.ts'

/** Height and width of square images, in pixels. */
export const sampleSize = (initial: number) =>
  param.unless(
    'dataset',
    param.integer(initial, { min: 1, max: 1024 }, 'Height and width of the images, in pixels'),
  )

export const imageChannels = param.unless(
  'dataset',
  param.integer(1, { min: 1, max: 1024 }, 'Channels of the images: 1 is grey, 3 is RGB'),
)

export const classCount = param.unless(
  'dataset',
  param.integer(0, { min: 0, max: 100_000 }, 'Number of classes to condition on; 0: unconditional'),
)

/** Side of the patches that are the tokens of a transformer. */
export const patchSize = param.integer(
  2,
  { min: 1, max: 256 },
  'Side of a patch, in pixels. Half the side means four times as many tokens',
)
