// Materialises the input of a convolution for backends without a fused prologue.
import type { ConvInput, Features } from '../base/layerTypes.ts'
import type { Tensor4D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { groupNorm } from './groupNorm.ts'
import { upsampleNearest2 } from './resample.ts'

export const featureParts = (x: Features): readonly Tensor4D[] => ('shape' in x ? [x] : x)

/** Concatenates the parts of features along channels. */
export const joinFeatures = (x: Features): Tensor4D => ('shape' in x ? x : tf.concat([...x], 3))

/** Applies norm and upsampling to the input. */
export function convInputTensor({ x, norm, upsample }: ConvInput): Tensor4D {
  const z = norm ? groupNorm(joinFeatures(x), norm.weight, norm.bias, norm) : joinFeatures(x)
  return upsample ? upsampleNearest2(z) : z
}
