// Timesteps: the transitions that a sampler visits.
import {
  sigmaSpacings,
  spacings,
  timesteps as listTimesteps,
} from '../../engine/process/timesteps.ts'
import { defineNode, param, slot } from '../define.ts'

/** The `sigmas` param, shared with Sampler. */
export const sigmasParam = param.choice(
  sigmaSpacings,
  'Noise levels along a curve between the highest and the lowest sigma, instead of timestep_spacing',
  {
    schedule: 'No curve (karras for a schedule of sigmas)',
    karras: 'Uniform in the 7th root: many small steps near the data',
    exponential: 'Uniform in log sigma (same as use_lu_lambdas of diffusers)',
    polyexponential: 'Spaced by a power in log sigma',
    beta: 'Beta distribution: more levels at both ends',
  },
)

export const timesteps = defineNode({
  type: 'diffusion/Timesteps',
  category: 'sampling',
  summary: 'List of timesteps for sampling, from noise to data, usually fewer than in training.',
  aliases: [
    'sigmas',
    'karras',
    'set_timesteps',
    'BasicScheduler',
    'KarrasScheduler',
    'num_inference_steps',
    'inference steps',
    'timestep spacing',
    'steps',
    'align your steps',
  ],
  source:
    'Song et al. 2021, section 4.2; Lin et al. 2023, table 2; Karras et al. 2022, eq. 5; Esser et al. 2024, eq. 23',
  inputs: { schedule: slot.schedule('Schedule whose timesteps are used') },
  outputs: { timesteps: slot.timesteps('Transitions from t to t_prev') },
  params: {
    num_inference_steps: param.integer(50, { min: 1, max: 100_000 }, 'Number of steps'),
    timestep_spacing: param.choice(spacings, 'Selection of timesteps', {
      leading: 'Multiples of T // n, the first well below T; in continuous time same as trailing',
      trailing: 'Down from the last timestep',
      linspace: 'Evenly spaced from the last timestep to 0',
      lcm: 'Subset of the steps of a distilled solver',
    }),
    original_inference_steps: param.when(
      'timestep_spacing',
      'lcm',
      param.integer(
        50,
        { min: 1, max: 100_000 },
        'Number of steps of the solver that the model was distilled from',
      ),
    ),
    sigmas: sigmasParam,
    rho: param.when(
      'sigmas',
      ['karras', 'polyexponential'],
      param.advanced(
        param.real(
          0,
          { min: 0, max: 100, step: 0.5 },
          'Exponent; 0: default, 7 for karras and 1 for polyexponential',
        ),
      ),
    ),
    sigma_min: param.advanced(
      param.real(
        0,
        { min: 0, max: 10_000, step: 0.001 },
        'Lowest sigma / alpha of the curve (sigma for flows); 0: that of the schedule',
      ),
    ),
    sigma_max: param.advanced(
      param.real(
        0,
        { min: 0, max: 10_000, step: 0.1 },
        'Highest sigma / alpha of the curve; 0: that of the schedule',
      ),
    ),
    steps_offset: param.when(
      'timestep_spacing',
      'leading',
      param.advanced(
        param.integer(
          0,
          { min: 0, max: 1000 },
          'Added to each timestep of leading (1 for Stable Diffusion)',
        ),
      ),
    ),
    timestep_respacing: param.advanced(
      param.text(
        '',
        'Timesteps by section, as in guided-diffusion, instead of number and spacing: "10,15,20" selects so many of each third, from the cleanest; "ddim50" uses a fixed stride',
      ),
    ),
    shift: param.advanced(
      param.real(
        1,
        { min: 0.01, max: 100, step: 0.1 },
        'Shifts the levels of a flow towards noise: 3 for large images; 1: off',
      ),
    ),
    shift_terminal: param.advanced(
      param.real(
        0,
        { min: 0, max: 0.99, step: 0.01 },
        'Stretches the levels of a flow so that the last one has this value; 0: off',
      ),
    ),
    quantize: param.advanced(
      param.toggle(
        true,
        'Rounds to integer timesteps; off: fractional timesteps for levels between two, as in k-diffusion',
      ),
    ),
    count: param.advanced(
      param.choice(['points', 'intervals'], 'Meaning of the number of steps n', {
        points: 'n levels down to the smallest',
        intervals: 'n + 1 levels without the smallest, as in DPM-Solver',
      }),
    ),
    end: param.choice(['clean', 'smallest'], 'End of the last step', {
      clean: 'Clean data, t_prev = -1',
      smallest:
        'Smallest noise (t = 0 of a table), for steps that evaluate the model at t_prev too',
    }),
    previous: param.advanced(
      param.choice(['next_in_list', 'stride'], 'Choice of t_prev', {
        next_in_list: 'Next t of the list',
        stride: 't - T // n for any spacing, as in DDIM of diffusers',
      }),
    ),
  },
  plain: true,
  run: ({ schedule }, { rho, ...params }) => ({
    timesteps: {
      type: 'timesteps',
      ...listTimesteps(schedule.schedule, { ...params, ...(rho > 0 && { rho }) }),
    },
  }),
})
