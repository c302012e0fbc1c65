// Where randomness comes from.
import { gaussianNoise as drawNoise, offsetNoise } from '../../engine/noise.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Space } from '../../engine/values.ts'
import { advanced, defineNode, integer, noise, optional, real, seed, text } from '../define.ts'
import { likeInput, shapeOf } from './sizes.ts'

/** 1 GiB of float32. */
const MAX_NUMBERS = 2 ** 28

export const gaussianNoise = defineNode({
  type: 'diffusion/GaussianNoise',
  category: 'process',
  summary:
    'Draws standard normal noise. Equal seeds draw equal noise, and the first items of a larger batch are those of a smaller one.',
  equation: '\\epsilon \\sim \\mathcal{N}(0, I)',
  source: 'noise_offset: Guttenberg 2023, as in the training scripts of diffusers',
  inputs: { like: optional(likeInput('noise of this shape; wired from a loop, drawn afresh in each iteration')) },
  outputs: { noise: noise('one number for each number of like') },
  params: {
    batch_size: integer(0, { min: 0, max: 1_000_000 }, 'how many items; 0: as many as like'),
    shape: advanced(
      text(
        '2',
        'of one item if like is unwired: 2 for points of the plane, 28, 28, 1 for images of that height, width and channels',
      ),
    ),
    noise_offset: advanced(
      real(
        0,
        { min: 0, max: 10 },
        'of images: so much noise is added to each channel as a whole, 0.1 where it is used; to train with',
      ),
    ),
    seed: seed(),
  },
  run: ({ like }, { batch_size, shape, noise_offset }, { random }) => {
    const item = like ? shapeOf(like).slice(1) : parseShape(shape)
    const full = [batch_size || countOf(like && shapeOf(like)), ...item]
    if (full.reduce((product, size) => product * size, 1) > MAX_NUMBERS) {
      throw new NodeError({
        param: 'batch_size',
        message: `[${full}] is more noise than fits into memory.`,
        cure: 'Lower batch_size or shape.',
      })
    }
    const tensor = noise_offset ? offsetNoise(random, imagesOf(full), noise_offset) : drawNoise(random, full)
    return { noise: { type: 'noise', tensor, space: like?.space ?? spaceOf(item) } }
  },
})

function imagesOf(shape: number[]): [number, number, number, number] {
  if (shape.length === 4) return shape as [number, number, number, number]
  throw new NodeError({
    param: 'noise_offset',
    message: `Expected images [b, h, w, c], which have channels to be offset, got [${shape}].`,
    cure: 'Set noise_offset to 0.',
  })
}

function countOf(shape: number[] | undefined): number {
  if (shape) return shape[0]!
  throw new NodeError({
    param: 'batch_size',
    message: 'batch_size is 0, as many as like, but nothing is wired to like.',
    cure: 'Set batch_size, or wire like.',
  })
}

const spaceOf = (item: number[]): Space => (item.length === 1 ? 'point' : 'image')

/** "2", "28, 28, 1", "28x28x1": the sizes of a point or of an image. */
function parseShape(shape: string): number[] {
  const sizes = shape
    .trim()
    .split(/[\s,x×]+/)
    .map(Number)
  if ((sizes.length === 1 || sizes.length === 3) && sizes.every((size) => Number.isInteger(size) && size > 0)) return sizes
  throw new NodeError({
    param: 'shape',
    message: `Expected one size (points) or three (height, width, channels), got "${shape}".`,
    cure: 'Write 2, or 28, 28, 1, or wire like.',
  })
}
