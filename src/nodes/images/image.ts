// Common parts of nodes that transform images.
import { NodeError } from '../../engine/messages/fault.ts'
import type { Tensor, Tensor4D } from '../../engine/base/tf.ts'
import type { Noise, Prediction, Samples } from '../../engine/base/values.ts'
import { slot } from '../define.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

export const transformedTypes = ['samples', 'noise', 'prediction'] as const
export type Transformed = Samples | Noise | Prediction

export const imagesInput = {
  images: slot.oneOf(transformedTypes, 'Images or latents [b, h, w, c]'),
}
export const imagesOutput = { images: slot.like('images', 'Same type as the input') }

/** Replaces the tensor. A learned variance is left out: it belongs to the original values. */
export function withTensor<V extends Transformed>(value: V, tensor: Tensor): V {
  if (value.type !== 'prediction') return { ...value, tensor }
  const { variance: _, ...rest } = value
  return { ...rest, tensor } as V
}

/** Transforms images. Throws NodeError at `images` for points. */
export const transformImages = (value: Transformed, transform: (x: Tensor4D) => Tensor) => ({
  images: withTensor(value, transform(requireImages(value.tensor))),
})

export function requireImages(tensor: Tensor): Tensor4D {
  if (tensor.rank === 4) return tensor as Tensor4D
  throw new NodeError({
    slot: 'images',
    message: evaluateMessages.imagesNotPoints({ shape: tensor.shape }),
    cure: evaluateMessages.transformImages(),
  })
}
