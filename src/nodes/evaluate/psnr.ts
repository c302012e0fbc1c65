// PSNR: peak signal-to-noise ratio of reconstructed images.
import { peakSignalToNoise } from '../../engine/metrics/psnr.ts'
import { checkShape } from '../../engine/process/coefficients.ts'
import { defineNode, slot } from '../define.ts'

export const psnr = defineNode({
  type: 'diffusion/PSNR',
  title: 'PSNR',
  category: 'evaluate',
  summary:
    'Peak signal-to-noise ratio of images and their originals in decibels, from the mean squared error over all pixels: how well an autoencoder reconstructs.',
  aliases: ['ssim', 'image quality'],
  equation: '10 \\log_{10} \\frac{2^2}{\\mathrm{mean} \\, |\\hat{x} - x|^2}',
  source: 'Huynh-Thu & Ghanbari 2008; pixels from -1 to 1',
  inputs: {
    x: slot.samples('Reconstructed images'),
    target: slot.samples('Their originals'),
  },
  outputs: { psnr: slot.number('Decibels; infinite for equal images') },
  params: {},
  run: ({ x, target }) => {
    checkShape(x.tensor, target.tensor, 'x', 'target')
    return { psnr: { type: 'number', tensor: peakSignalToNoise(x.tensor, target.tensor) } }
  },
})
