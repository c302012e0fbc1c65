// Which tests hold us against which record: how many cases a record has, and in which tests' names they are found.
import { casesOf, schedulerNames } from '../test/schedulers.ts'

export interface Record {
  /** How many cases the record has, less those left out. */
  total: number
  /** The first group of `test` is the case, which may have several tests; without a group each test is a case. */
  from: { file: string; test: RegExp }[]
  /** Cases that are not checked, and why. */
  leftOut?: { [name: string]: string }
}

const files: { [file: string]: string[] } = {
  solvers: [
    'DPMSolverMultistep',
    'DPMSolverMultistepInverse',
    'DPMSolverSinglestep',
    'EDMDPMSolverMultistep',
    'UniPCMultistep',
    'DEISMultistep',
    'SASolver',
    'PNDM',
    'IPNDM',
  ],
  samplers: ['DDPM', 'DDIM', 'DDIMInverse'],
  consistency: ['LCM', 'FlowMatchLCM', 'TCD', 'CMStochasticIterative'],
  guidance: ['RePaint'],
}

/** Those of σ are what is left. */
const fileOf = (scheduler: string) =>
  Object.keys(files).find((file) => files[file]!.some((name) => `${name}Scheduler` === scheduler)) ?? 'sigmaSamplers'

const engine = (file: string, test: RegExp) => ({ file: `test/engine/${file}.test.ts`, test })

/** Trajectories, over lists of timesteps and levels of our own. */
const schedulers = Object.fromEntries(
  schedulerNames.map((name): [string, Record] => {
    const test = new RegExp(`(${name}/\\d+)`)
    return [`02_schedulers/${name}.json`, { total: casesOf(name).length, from: [engine(fileOf(name), test)] }]
  }),
)

export const records: { [name: string]: Record } = {
  '01_schedules.json': {
    total: 24,
    from: [engine('schedule', /^'(\w+_T\d+\w*)'(?: >|: posterior)/)],
  },
  '01_sigmas.json': { total: 16, from: [engine('levels', /^'(?:EulerDiscrete|EDMEuler)Scheduler' of diffusers, /)] },
  ...schedulers,
  '03_unet': {
    total: 5,
    from: [engine('unet', /> ([a-g]_\w+) has the output/), engine('unet', /a (UNet2DConditionModel) has the output/)],
  },
  '04_training': { total: 3, from: [engine('unetTraining', /training (\w+) > /)] },
  '05_losses.json': {
    total: 22,
    from: [
      engine('vlb', /training loss (vlb_\w+)/),
      engine('vlb', /bits\/dim of a whole way: (bpd_\w+)/),
      engine('vlb', /(KL of Gaussians)/),
      engine('vlb', /(likelihood of a pixel)/),
      engine('forwardRecords', /: (forward_\w+|euler_add_noise|flow_scale_noise)$/),
      engine('losses', /all recorded weights: (weights_\w+)/),
      engine('levels', /(respacing of guided-diffusion) > "'[\w,]+'" of/),
      engine('levels', /respacing of guided-diffusion > (betas between .*)/),
      engine('precondition', /(EDM: as recorded)/),
      engine('importance', /(LossSecondMomentResampler)/),
    ],
  },
  '07_convergence.json': { total: 5, from: [engine('convergence', /errors of k-diffusion > (\w+)/)] },
  '07_ema_density_misc.json': {
    // Power averages 2, post-hoc coefficients, rates of EDM2 7, half-lives 8, EMAWarmup 3, densities 6, SD3's densities and weights, k-diffusion's weights, schedules 6.
    total: 36,
    from: [
      engine('optimizers', /decays of averages > (EDM2 of width .*)/),
      engine('optimizers', /(have the coefficients of EDM2)/),
      engine('optimizers', /learning rates > (of EDM2 after .*)/),
      engine('optimizers', /decays of averages > (EDM after .*)/),
      engine('optimizers', /decays of averages > (k-diffusion, .*)/),
      engine('densities', /are those of k-diffusion: (.*)/),
      engine('densities', /(mode and logit_normal are those of SD3)/),
      engine('losses', /(weights of SD3)/),
      engine('losses', /(weights of EDM and k-diffusion)/),
      engine('schedule', /(\w+' of lucidrains, T = \d+)/),
    ],
  },
  '07_ema_lr_optim.json': {
    total: 22,
    from: [
      engine('optimizers', /learning rates > (of [a-z_]+)$/),
      engine('optimizers', /decays of averages > (diffusers, .*)/),
      engine('optimizers', /> (.*) follows PyTorch/),
    ],
  },
  '07_edm_sampler.json': { total: 3, from: [engine('kdiffusion', /the stochastic sampler of EDM over \w+ > '(edm_\d)'/)] },
  '07_guidance.json': {
    total: 12,
    from: [
      engine('guidance', /(w = [\d.]+, rescaled by \+?[\d.]+)/),
      engine('guidance', /(slerp at \+?[\d.]+)/),
      engine('guidance', /(a classifier guides) > (?:the mean|a step)/),
    ],
  },
  '07_kdiffusion_samplers.json': { total: 17, from: [engine('kdiffusion', /k-diffusion over \w+ > '(\w+)'/)] },
  '07_metrics.json': { total: 3, from: [engine('metrics', /distances of features > are those of SciPy in (\d+) dimensions/)] },
  '08_layers': {
    total: 13,
    from: [
      engine('layers', /as PyTorch > (\w+)/),
      engine('unet', /blocks > (\w+) has/),
      engine('layers', /(timesteps embedded) in/),
    ],
  },
  '09_end_to_end': { total: 5, from: [engine('unetTraining', /sampling with a trained model > (\w+) goes/)] },
}
