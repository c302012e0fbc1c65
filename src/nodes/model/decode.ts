// Decode: images of latents.
import { decodeLatents, unscaleLatents } from '../../engine/models/kinds/vae/autoencoder.ts'
import { defineNode, slot } from '../define.ts'

export const decode = defineNode({
  type: 'diffusion/Decode',
  category: 'model',
  summary: 'Decodes the latents of an autoencoder to images, after division by its scaling factor.',
  aliases: ['VAEDecode', 'decoder', 'latents to images'],
  equation: '\\hat{x} = D(z / s)',
  source: 'Rombach et al. 2022, section 3.1',
  inputs: {
    model: slot.model('Autoencoder; inside training, the model output of TrainingStart'),
    latents: slot.samples('Latents [b, h, w, c] of Encode, or samples of a model trained on them'),
  },
  outputs: { x: slot.samples('Images') },
  params: {},
  run: ({ model, latents: { tensor } }) => ({
    x: {
      type: 'samples',
      tensor: decodeLatents(model, unscaleLatents(model, tensor), { model: 'model', z: 'latents' }),
      space: 'image',
    },
  }),
})
