// InputPerturbation: adds extra noise to x_t, as input perturbation (DDPM-IP).
import { perturbedNoise } from '../../engine/process/noise.ts'
import { defineNode, param, slot } from '../define.ts'

export const inputPerturbation = defineNode({
  type: 'diffusion/InputPerturbation',
  category: 'process',
  summary:
    'Input perturbation: adds a little noise to the noise. Connect the result to ForwardNoise only, and the original noise to Target, to make the model robust to the errors of its own samples.',
  aliases: ['ddpm-ip', 'exposure bias'],
  equation: "\\epsilon' = \\epsilon + \\gamma \\xi, \\quad \\xi \\sim \\mathcal{N}(0, I)",
  source: 'Ning et al. 2023, section 3',
  inputs: { noise: slot.noise('Noise from GaussianNoise') },
  outputs: { perturbed: slot.noise('For ForwardNoise') },
  params: {
    gamma: param.symbol(
      '\\gamma',
      param.real(0.1, { min: 0, max: 10, step: 0.01 }, 'Strength γ; 0: none'),
    ),
    seed: param.seed(),
  },
  run: ({ noise }, { gamma }, { random }) => ({
    perturbed: {
      type: 'noise',
      tensor: perturbedNoise(noise.tensor, random, gamma),
      space: noise.space,
    },
  }),
})
