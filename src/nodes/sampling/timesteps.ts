// Which timesteps a sampler visits.
import { spacings, timesteps as listTimesteps } from '../../engine/timesteps.ts'
import { advanced, choice, defineNode, integer, schedule, timesteps as timestepsSlot } from '../define.ts'

export const timesteps = defineNode({
  type: 'diffusion/Timesteps',
  category: 'sampling',
  summary: 'Lists the timesteps a sampler visits, from noise to data: fewer than there are in training.',
  source: 'Song et al. 2021, section 4.2; Lin et al. 2023, table 2',
  inputs: { schedule: schedule('whose timesteps') },
  outputs: { timesteps: timestepsSlot('transitions from t to t_prev') },
  params: {
    num_inference_steps: integer(50, { min: 1, max: 100_000 }, 'how many steps'),
    timestep_spacing: choice(
      spacings,
      'leading: multiples of T // n, the first well below T; trailing: from the last timestep down; linspace: from the last timestep to 0',
    ),
    steps_offset: advanced(
      integer(0, { min: 0, max: 1000 }, 'added to each timestep of the spacing leading (Stable Diffusion: 1)'),
    ),
    end: choice(
      ['clean', 'smallest'],
      'clean: the last step goes to clean data, t_prev = -1; smallest: to t = 0, for steps that ask the model at t_prev too',
    ),
    previous: advanced(
      choice(
        ['next_in_list', 'stride'],
        "next_in_list: each t_prev is the next t; stride: t - T // n whatever the spacing, as diffusers' DDIM",
      ),
    ),
  },
  run: ({ schedule }, params) => ({ timesteps: { type: 'timesteps', ...listTimesteps(schedule.schedule, params) } }),
})
