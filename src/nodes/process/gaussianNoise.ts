// GaussianNoise: draws Gaussian noise.
import { countElements } from '../../engine/base/shapes.ts'
import { gaussianNoise as drawNoise, offsetNoise } from '../../engine/process/noise.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Space } from '../../engine/base/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { likeInput, batchShapeLike } from './sizes.ts'
import { samplingMessages } from '../../messages/sampling.ts'

/** Limit on the numbers drawn: 1 GiB of float32. */
const MAX_NUMBERS = 2 ** 28

export const gaussianNoise = defineNode({
  type: 'diffusion/GaussianNoise',
  category: 'process',
  summary:
    'Draws standard normal noise. Equal seeds draw equal noise, and a larger batch begins with the items of a smaller one.',
  aliases: [
    'randn',
    'randn_like',
    'RandomNoise',
    'EmptyLatentImage',
    'epsilon',
    'eps',
    'offset noise',
    'normal distribution',
  ],
  equation: '\\epsilon \\sim \\mathcal{N}(0, I)',
  source: 'noise_offset: Guttenberg 2023, as in the training scripts of diffusers',
  inputs: {
    like: slot.optional(
      likeInput(
        'Value whose shape the noise takes. If it comes from a loop, each iteration draws new noise',
      ),
    ),
  },
  outputs: { noise: slot.noise('Noise with the shape of like') },
  params: {
    batch_size: param.integer(0, { min: 0, max: 1_000_000 }, 'Number of items; 0: same as like'),
    shape: param.advanced(
      param.text(
        '2',
        'Shape of one item if like is not connected: 2 for points in the plane, or height, width and channels of an image, as in 28, 28, 1',
      ),
    ),
    noise_offset: param.advanced(
      param.real(
        0,
        { min: 0, max: 10 },
        'Offset noise for training on images: strength of an extra value that is shared by all pixels of a channel; usually 0.1, 0: none',
      ),
    ),
    seed: param.seed(),
  },
  run: ({ like }, { batch_size, shape, noise_offset }, { random }) => {
    const item = like ? batchShapeLike(like).slice(1) : parseItemShape(shape)
    const full = [batch_size || requireCount(like && batchShapeLike(like)), ...item]
    if (countElements(full) > MAX_NUMBERS) {
      throw new NodeError({
        param: 'batch_size',
        message: samplingMessages.tooMuchNoise({ shape: full }),
        cure: samplingMessages.lessNoise(),
      })
    }
    const tensor = noise_offset
      ? offsetNoise(random, imageShape(full), noise_offset)
      : drawNoise(random, full)
    return { noise: { type: 'noise', tensor, space: like?.space ?? itemSpace(item) } }
  },
})

function imageShape(shape: number[]): [number, number, number, number] {
  if (shape.length === 4) return shape as [number, number, number, number]
  throw new NodeError({
    param: 'noise_offset',
    message: samplingMessages.offsetImages({ shape }),
    cure: samplingMessages.noOffset(),
  })
}

function requireCount(shape: number[] | undefined): number {
  if (shape) return shape[0]
  throw new NodeError({
    param: 'batch_size',
    message: samplingMessages.noBatchSize(),
    cure: samplingMessages.setBatchSize(),
  })
}

const itemSpace = (item: number[]): Space => (item.length === 1 ? 'point' : 'image')

/** Parses "2", "28, 28, 1" or "28x28x1" into the shape of an item. */
function parseItemShape(shape: string): number[] {
  const sizes = shape
    .trim()
    .split(/[\s,x×]+/)
    .map(Number)
  if (
    (sizes.length === 1 || sizes.length === 3) &&
    sizes.every((size) => Number.isInteger(size) && size > 0)
  )
    return sizes
  throw new NodeError({
    param: 'shape',
    message: samplingMessages.noiseShape({ got: shape.slice(0, 60) }),
    cure: samplingMessages.writeShape(),
  })
}
