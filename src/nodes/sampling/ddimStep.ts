// One step of DDIM.
import { gaussianNoise } from '../../engine/noise.ts'
import { ddimStep as step } from '../../engine/samplers/ddim.ts'
import { advanced, defineNode, noise, optional, prediction, real, samples, schedule, seed, timestep, toggle } from '../define.ts'
import { clipOf, clipParams } from './clip.ts'

export const ddimStep = defineNode({
  type: 'diffusion/DDIMStep',
  category: 'sampling',
  summary:
    'Makes one step from t to t_prev as DDIM does: to the predicted clean data with as much of the predicted noise as t_prev has. Goes up as well as down.',
  equation: 'x_s = \\sqrt{\\bar\\alpha_s} \\hat{x}_0 + \\sqrt{1 - \\bar\\alpha_s - \\sigma^2} \\, \\hat\\epsilon + \\sigma z',
  source: 'Song et al. 2021, eq. 12 and 16',
  inputs: {
    x_t: samples('at t'),
    prediction: prediction('what the model said of x_t, of any kind'),
    t: timestep('of x_t'),
    t_prev: timestep('where the step leads; -1 is clean data'),
    schedule: schedule('the one the model was trained with'),
    noise: optional(noise('z, for eta above 0; unwired: drawn by the seed, afresh in each step')),
  },
  outputs: { x_prev: samples('at t_prev') },
  params: {
    eta: real(0, { min: 0, max: 1, step: 0.05, slider: true }, 'share of fresh noise: 0 none, always the same way; 1 as DDPM'),
    ...clipParams,
    rederive: advanced(
      toggle(
        true,
        'after clipping, take the noise that belongs to the clipped x_0 (use_clipped_model_output of diffusers, off there); without, guided sampling with clipping breaks',
      ),
    ),
    seed: seed(),
  },
  run: ({ x_t, prediction, t, t_prev, schedule, noise }, { eta, rederive, ...clip }, { random }) => {
    const z = noise?.tensor ?? (eta > 0 ? gaussianNoise(random, x_t.tensor.shape) : undefined)
    const options = { eta, rederive, clip: clipOf(clip, x_t.space) }
    return {
      x_prev: {
        type: 'samples',
        tensor: step(x_t.tensor, prediction, t.t, t_prev.t, schedule.schedule, z, options),
        space: x_t.space,
      },
    }
  },
})
