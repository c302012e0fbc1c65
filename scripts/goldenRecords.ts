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

const trajectories: { [scheduler: string]: string } = {
  ...Object.fromEntries(
    [
      'DPMSolverMultistep',
      'DPMSolverMultistepInverse',
      'DPMSolverSinglestep',
      'EDMDPMSolverMultistep',
      'UniPCMultistep',
      'DEISMultistep',
      'SASolver',
      'PNDM',
      'IPNDM',
    ].map((name) => [`${name}Scheduler`, 'test/engine/solvers.test.ts']),
  ),
  DDPMScheduler: 'test/engine/samplers.test.ts',
  DDIMScheduler: 'test/engine/samplers.test.ts',
  RePaintScheduler: 'test/engine/guidance.test.ts',
}

/** The trajectory, and with it the list of timesteps and levels. */
const schedulers = Object.fromEntries(
  schedulerNames.map((name): [string, Record] => {
    const test = new RegExp(`(${name}/\\d+)`)
    return [
      `02_schedulers/${name}.json`,
      {
        total: casesOf(name).length,
        from: [{ file: trajectories[name] ?? 'test/engine/sigmaSamplers.test.ts', test }],
      },
    ]
  }),
)

const engine = (file: string, test: RegExp) => ({ file: `test/engine/${file}.test.ts`, test })

export const records: { [name: string]: Record } = {
  '01_schedules.json': {
    total: 24,
    from: [engine('schedule', /^'(\w+_T\d+\w*)' > /)],
  },
  '01_sigmas.json': { total: 16, from: [engine('levels', /^'(?:EulerDiscrete|EDMEuler)Scheduler' of diffusers, /)] },
  ...schedulers,
  '03_unet': { total: 5, from: [engine('unet', /([a-g]_\w+) has the output/)] },
  '04_training': { total: 3, from: [engine('unetTraining', /training (\w+) > /)] },
  '05_losses.json': {
    total: 22,
    from: [
      engine('vlb', /training loss (vlb_\w+)/),
      engine('vlb', /bits\/dim of a whole way: (bpd_\w+)/),
      engine('vlb', /(KL of Gaussians)/),
      engine('vlb', /(likelihood of a pixel)/),
      engine('losses', /all recorded weights: (weights_\w+)/),
      engine('levels', /respacing of guided-diffusion > (?:"'[\w,]+'" of|(betas between .*))/),
    ],
  },
  '07_ema_density_misc.json': { total: 0, from: [] },
  '07_ema_lr_optim.json': {
    total: 22,
    from: [
      engine('optimizers', /^(learning rates of \w+)$/),
      engine('optimizers', /^EMA (?:decays|shadows) (for .*)$/),
      engine('optimizers', /> (\w+) > follows PyTorch/),
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
