// Points of one to three dimensions for scatter plots.
import { NodeError } from '../../engine/messages/fault.ts'
import type { Noise, Prediction, Samples, Trajectory } from '../../engine/base/values.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

type Cloud = Samples | Noise | Prediction | Dataset

/** Dimensions that can be plotted: a histogram, the plane, a projection. */
export type Dimension = 1 | 2 | 3

const vectorItemShape = (value: Cloud | Trajectory): number[] | undefined => {
  if (value.type === 'dataset') return value.shape
  if (value.type === 'trajectory') return value.frames[0]?.shape.slice(1)
  return value.tensor.shape.slice(1)
}

/**
 * The dimension of all wired clouds and of the trajectory; 2 if there are none. Throws NodeError at
 * the first slot without points of one to three dimensions, or of another dimension than the first.
 */
export function sharedDimension(
  wired: readonly (readonly [slot: string, value: Cloud | Trajectory])[],
): Dimension {
  let found: Dimension | undefined
  for (const [slot, value] of wired) {
    const shape = vectorItemShape(value)
    if (!shape) continue
    const [dim] = shape
    if (shape.length !== 1 || !isDimension(dim) || dim !== (found ?? dim)) {
      throw new NodeError({
        slot,
        message: found
          ? evaluateMessages.sameDimension({ expected: found, shape })
          : evaluateMessages.plottedItems({ shape }),
        cure: evaluateMessages.inspectOthers(),
      })
    }
    found = dim
  }
  return found ?? 2
}

const isDimension = (dim: number | undefined): dim is Dimension =>
  dim === 1 || dim === 2 || dim === 3
