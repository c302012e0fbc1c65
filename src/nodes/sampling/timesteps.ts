// Which levels of noise a sampler visits.
import { sigmaSpacings, spacings, timesteps as listTimesteps } from '../../engine/timesteps.ts'
import {
  advanced,
  choice,
  defineNode,
  integer,
  real,
  schedule,
  text,
  timesteps as timestepsSlot,
  toggle,
  when,
} from '../define.ts'

/** Also a choice of the closed Sampler. */
export const sigmasParam = choice(
  sigmaSpacings,
  'levels by a curve between the highest and the lowest sigma, in the place of timestep_spacing; schedule: none (of a schedule of sigmas: karras); karras: even in the 7th root, many small steps near the data; exponential: even in log sigma (use_lu_lambdas of diffusers is the same); polyexponential: that with a power; beta: more at both ends',
)

export const timesteps = defineNode({
  type: 'diffusion/Timesteps',
  category: 'sampling',
  summary: 'Lists the levels of noise a sampler visits, from noise to data: fewer than there are in training.',
  source: 'Song et al. 2021, section 4.2; Lin et al. 2023, table 2; Karras et al. 2022, eq. 5; Esser et al. 2024, eq. 23',
  inputs: { schedule: schedule('whose timesteps') },
  outputs: { timesteps: timestepsSlot('transitions from t to t_prev') },
  params: {
    num_inference_steps: integer(50, { min: 1, max: 100_000 }, 'how many steps'),
    timestep_spacing: choice(
      spacings,
      'leading: multiples of T // n, the first well below T; trailing: from the last timestep down; linspace: from the last timestep to 0; lcm: some of the steps of a distilled solver. In continuous time leading is trailing: T, ..., T / n',
    ),
    original_inference_steps: when(
      'timestep_spacing',
      'lcm',
      integer(50, { min: 1, max: 100_000 }, 'how many steps the solver had that the model was distilled from'),
    ),
    sigmas: sigmasParam,
    rho: when(
      'sigmas',
      ['karras', 'polyexponential'],
      advanced(real(0, { min: 0, max: 100, step: 0.5 }, 'the power; 0: the usual, 7 for karras and 1 for polyexponential')),
    ),
    sigma_min: advanced(
      real(
        0,
        { min: 0, max: 10_000, step: 0.001 },
        'the lowest sigma / alpha of a curve (of a flow: sigma); 0: that of the schedule',
      ),
    ),
    sigma_max: advanced(real(0, { min: 0, max: 10_000, step: 0.1 }, 'the highest of a curve; 0: that of the schedule')),
    steps_offset: when(
      'timestep_spacing',
      'leading',
      advanced(integer(0, { min: 0, max: 1000 }, 'added to each timestep of the spacing leading (Stable Diffusion: 1)')),
    ),
    timestep_respacing: advanced(
      text(
        '',
        'timesteps by sections, as guided-diffusion has it, in the place of number and spacing: "10,15,20" so many of each third, the cleanest first; "ddim50" a fixed stride',
      ),
    ),
    shift: advanced(
      real(
        1,
        { min: 0.01, max: 100, step: 0.1 },
        'moves the levels of a flow towards noise: 3 for large pictures; 1 leaves them',
      ),
    ),
    shift_terminal: advanced(
      real(0, { min: 0, max: 0.99, step: 0.01 }, 'stretches the levels of a flow so that the last is this; 0 does not'),
    ),
    quantize: advanced(
      toggle(true, 'the model is told whole timesteps alone; off: fractions where a level lies between two, as in k-diffusion'),
    ),
    count: advanced(
      choice(
        ['points', 'intervals'],
        'points: n levels, down to the smallest; intervals: n + 1, of which the smallest gives way to the end, as DPM-Solver counts',
      ),
    ),
    end: choice(
      ['clean', 'smallest'],
      'clean: the last step goes to clean data, t_prev = -1; smallest: to the least noise (t = 0 of a table), for steps that ask the model at t_prev too',
    ),
    previous: advanced(
      choice(
        ['next_in_list', 'stride'],
        "next_in_list: each t_prev is the next t; stride: t - T // n whatever the spacing, as diffusers' DDIM",
      ),
    ),
  },
  plain: true,
  run: ({ schedule }, { rho, ...params }) => ({
    timesteps: { type: 'timesteps', ...listTimesteps(schedule.schedule, { ...params, ...(rho > 0 && { rho }) }) },
  }),
})
