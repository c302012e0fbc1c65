// Blur: low and high frequencies of images.
import { blurImages } from '../../engine/images/transforms.ts'
import { defineNode, param, slot } from '../define.ts'
import { imagesInput, requireImages, withTensor } from './image.ts'

export const blur = defineNode({
  type: 'diffusion/Blur',
  category: 'tools',
  summary:
    'Gaussian blur: splits images, or predictions for them, into low frequencies (low pass) and the rest (high pass), whose sum is the image. Hybrid images take them from two predictions.',
  aliases: ['gaussian blur', 'low pass', 'high pass'],
  equation:
    'x_{low} = g_\\sigma * x, \\quad x_{high} = x - x_{low}, \\quad g_\\sigma(u) \\propto e^{-|u|^2 / 2 \\sigma^2}',
  source: 'Hybrid images: Oliva et al. 2006; with diffusion models: Geng et al. 2025',
  inputs: imagesInput,
  outputs: {
    low: slot.like('images', 'Blurred: low frequencies'),
    high: slot.like('images', 'Difference from the blurred: high frequencies'),
  },
  params: {
    sigma: param.symbol(
      '\\sigma',
      param.real(1, { min: 0, max: 256, step: 0.1 }, 'Standard deviation in pixels; 0: no blur'),
    ),
    edges: param.choice(['reflect', 'wrap', 'edge'], 'What lies beyond the edges', {
      reflect: 'The mirrored image',
      wrap: 'The other side of the image',
      edge: 'The pixels of the edge',
    }),
  },
  run: ({ images }, { sigma, edges }) => {
    const x = requireImages(images.tensor)
    const low = blurImages(x, sigma, edges)
    return { low: withTensor(images, low), high: withTensor(images, x.sub(low)) }
  },
})
