// EncodeDataset: the latents of a data set, to train a diffusion model on.
import { joinArrays } from '../../engine/datasets/combine.ts'
import { defineNode, param, slot } from '../define.ts'
import { latentsParam } from '../model/encode.ts'
import { encodeAll } from '../model/encodeAll.ts'
import { autoencoderFacts } from '../../engine/models/kinds/vae/facts.ts'

export const encodeDataset = defineNode({
  type: 'diffusion/EncodeDataset',
  category: 'data',
  summary:
    'Encodes all images of a data set with a trained autoencoder, once. A diffusion model trains on the latents, and Decode turns its samples into images.',
  aliases: ['cache latents', 'precompute latents', 'latent dataset'],
  source: 'Rombach et al. 2022',
  inputs: {
    model: slot.model('Trained autoencoder, with its scaling factor from LatentScale'),
    dataset: slot.dataset('Images to encode'),
  },
  outputs: { dataset: slot.dataset('Latents [n, h, w, c] with the labels of the images') },
  params: { latents: latentsParam, seed: param.seed() },
  reads: ({ model, dataset }, { latents, seed }) => encodeAll(model, dataset, latents, seed),
  run: ({ model, dataset }, _, { read = [] }) => {
    const { factor, latentChannels } = autoencoderFacts(model)
    const [height, width] = dataset.shape
    return {
      dataset: {
        ...dataset,
        data: joinArrays([...read], Float32Array),
        shape: [height / factor, width / factor, latentChannels],
        space: 'latent',
      },
    }
  },
})
