// A little more noise than the model is told of.
import { perturbedNoise } from '../../engine/noise.ts'
import { defineNode, noise, real, seed, symbol } from '../define.ts'

export const inputPerturbation = defineNode({
  type: 'diffusion/InputPerturbation',
  category: 'process',
  summary:
    'Adds a little noise to the noise. Wired to ForwardNoise alone, with the noise itself still wired to Target, it prepares a model for the errors of its own samples.',
  equation: "\\epsilon' = \\epsilon + \\gamma \\xi, \\quad \\xi \\sim \\mathcal{N}(0, I)",
  source: 'Ning et al. 2023, section 3',
  inputs: { noise: noise('from GaussianNoise') },
  outputs: { perturbed: noise('for ForwardNoise') },
  params: {
    gamma: symbol('\\gamma', real(0.1, { min: 0, max: 10, step: 0.01 }, 'how much of it is added; 0: none')),
    seed: seed(),
  },
  run: ({ noise }, { gamma }, { random }) => ({
    perturbed: { type: 'noise', tensor: perturbedNoise(noise.tensor, random, gamma), space: noise.space },
  }),
})
