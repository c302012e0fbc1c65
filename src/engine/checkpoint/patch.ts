// Blocks of pixels that are the channels of a model's images, as SpaceToDepth makes them.
import type { StoredModel } from './checkpoint.ts'
import { fileItemShape } from '../models/kinds/files.ts'
import type { TrainedOn } from './trainedOn.ts'

interface Patch {
  /** Side of a block, in pixels. */
  side: number
  /** Height, width and channels of the images. */
  shape: readonly number[]
}

/**
 * Finds the blocks of pixels that are the channels of the model's images, as SpaceToDepth makes
 * them, from the shape of the training data; undefined if there are none.
 */
export function findPatch(model: StoredModel, trainedOn: TrainedOn | undefined): Patch | undefined {
  const shape = trainedOn?.shape
  const own = fileItemShape(model)
  if (shape?.length !== 3 || own?.length !== 3) return undefined
  const [height, width, channels] = own
  const side = shape[0] / height
  const fits =
    Number.isInteger(side) &&
    side > 1 &&
    shape[1] === side * width &&
    channels === side * side * shape[2]
  return fits ? { side, shape } : undefined
}
