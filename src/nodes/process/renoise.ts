// Renoise: the forward process between two noise levels of any schedule.
import { forwardStep } from '../../engine/process/forward.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import { defineNode, slot } from '../define.ts'

export const renoise = defineNode({
  type: 'diffusion/Renoise',
  category: 'process',
  summary:
    'Adds noise to data that has some already: samples x_t from q(x_t | x_s), from a time s to a later time t of any schedule, as in Restart sampling.',
  aliases: ['restart', 'restart sampling'],
  equation:
    'q(x_t \\mid x_s) = \\mathcal{N}\\left( \\frac{\\alpha_t}{\\alpha_s} x_s, \\; \\left( \\sigma_t^2 - \\frac{\\alpha_t^2}{\\alpha_s^2} \\sigma_s^2 \\right) I \\right)',
  source: 'Kingma et al. 2021, eq. 16; Xu et al. 2023, section 3',
  inputs: {
    x_s: slot.samples('Data at s'),
    s: slot.timestep('Timestep of x_s; -1 is clean data'),
    t: slot.timestep('Timestep after adding noise, not before s'),
    noise: slot.noise('Noise with the shape of x_s, independent of the noise in it'),
    schedule: slot.schedule('Schedule that defines both noise levels'),
  },
  outputs: { x_t: slot.samples('Data at t') },
  params: {},
  run: ({ x_s, s, t, noise, schedule: { schedule } }) => ({
    x_t: {
      type: 'samples',
      tensor: forwardStep(
        x_s.tensor,
        noise.tensor,
        levelsAt(schedule, s),
        levelsAt(schedule, t),
        'x_s',
      ),
      space: x_s.space,
    },
  }),
})
