// Records of golden numbers: the number of cases of each, and the tests that check them.
import { expectations, leftOut } from '../test/expectations.ts'
import { readCases, schedulerNames } from '../test/schedulers.ts'

export interface Record {
  /** Contents of the record, and the recorded system. */
  what: string
  /** Number of cases without those left out. */
  total: number
  /**
   * Tests of the cases. The first group of `test` is the case; without a group each test is a case.
   */
  from: { file: string; test: RegExp }[]
  /** Excluded cases and the reasons. */
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
  'samplers/samplers': ['DDPM', 'DDIM', 'DDIMInverse'],
  consistency: ['LCM', 'FlowMatchLCM', 'TCD', 'CMStochasticIterative'],
  'process/guidance': ['RePaint'],
}

/** Test file of a scheduler; sigma schedulers are the default. */
const schedulerTestFile = (scheduler: string) =>
  Object.keys(files).find((file) => files[file].some((name) => `${name}Scheduler` === scheduler)) ??
  'sigmaSamplers'

const engine = (file: string, test: RegExp) => ({ file: `test/engine/${file}.test.ts`, test })

const nodes = (file: string, test: RegExp) => ({ file: `test/nodes/${file}.test.ts`, test })

/** Records of trajectories, with our own timesteps and levels. */
const schedulers = Object.fromEntries(
  schedulerNames.map((name): [string, Record] => {
    const test = new RegExp(`(${name}/\\d+)`)
    return [
      `02_schedulers/${name}.json`,
      {
        what: 'whole trajectories: diffusers',
        total: readCases(name).length,
        from: [engine(schedulerTestFile(name), test)],
      },
    ]
  }),
)

export const records: { [name: string]: Record } = {
  '01_schedules.json': {
    what: 'betas, alpha-bar, posterior: diffusers, guided-diffusion',
    total: 24,
    from: [engine('process/schedule', /^'(\w+_T\d+\w*)'(?: >|: posterior)/)],
  },
  '01_sigmas.json': {
    what: 'timesteps and sigmas: diffusers',
    total: 16,
    from: [engine('process/levels', /^'(?:EulerDiscrete|EDMEuler)Scheduler' of diffusers, /)],
  },
  ...schedulers,
  '03_unet': {
    what: 'outputs and gradients of UNets: diffusers',
    total: 5,
    from: [
      engine('models/unet', /> ([a-g]_\w+) has the output/),
      engine('models/unet', /a (UNet2DConditionModel) has the output/),
    ],
  },
  '03_unet opened': {
    what: 'the same UNets, opened into layer nodes: diffusers',
    total: 5,
    from: [
      engine('models/unet', /> ([a-g]_\w+ opened) has the output/),
      engine('models/unet', /a (UNet2DConditionModel opened) has the output/),
    ],
  },
  '04_training': {
    what: 'losses and weights of trainings: diffusers, PyTorch',
    total: 3,
    from: [engine('training/unetTraining', /training (\w+) > /)],
  },
  '04_training opened': {
    what: 'the same trainings of UNets opened into layer nodes: diffusers, PyTorch',
    total: 3,
    from: [engine('training/unetTraining', /training (\w+ opened) > /)],
  },
  '11_models': {
    what: 'outputs, gradients and attention of DiTs, UNets and autoencoders, trainings: diffusers, PyTorch',
    total: 15,
    from: [
      engine('models/unet', /> ((?:fourier|learned)_\w+) has the output/),
      engine('models/dit', /> (dit_\w+) has the output/),
      engine('models/vae', /> (vae_\w+) has the/),
      engine('models/vae', /(a training of an autoencoder has the losses and the final weights)/),
      engine('models/dit', /(a training has the losses and the final weights)/),
      engine('models/attentionProbabilities', /> (attention_maps_a) has the output/),
      engine('models/attentionProbabilities', /(attention weights of every head of \S+)/),
    ],
  },
  '05_losses.json': {
    what: 'losses, weightings, forward processes: guided-diffusion, diffusers, EDM',
    total: 22,
    from: [
      engine('process/vlb', /training loss (vlb_\w+)/),
      engine('process/vlb', /bits\/dim of a whole way: (bpd_\w+)/),
      engine('process/vlb', /(KL of Gaussians)/),
      engine('process/vlb', /(likelihood of a pixel)/),
      engine('process/forwardRecords', /: (forward_\w+|euler_add_noise|flow_scale_noise)$/),
      engine('losses/losses', /all recorded weights: (weights_\w+)/),
      engine('process/levels', /(respacing of guided-diffusion) > "'[\w,]+'" of/),
      engine('process/levels', /respacing of guided-diffusion > (betas between .*)/),
      engine('models/precondition', /(EDM scalings match the recorded ones)/),
      engine('process/importance', /(LossSecondMomentResampler)/),
    ],
  },
  '06_diffusers_test_expectations.json': {
    what: 'what its own tests expect: diffusers',
    total: expectations.length,
    from: [engine('samplers/expectations', /(test_scheduler_\w+\.py::.*)/)],
    leftOut,
  },
  '07_convergence.json': {
    what: 'errors against the exact solution: k-diffusion',
    total: 5,
    from: [engine('convergence', /errors of k-diffusion > (\w+)/)],
  },
  '07_ema_density_misc.json': {
    what: 'averages, densities, schedules: EDM, EDM2, k-diffusion, diffusers, lucidrains',
    // Power EMAs 2, post-hoc coefficients, EDM2 rates 7, half-lives 8, EMAWarmup 3, densities 6,
    // SD3's densities and weights, k-diffusion's weights, schedules 6.
    total: 36,
    from: [
      engine('training/optimizers', /decays of averages > (EDM2 of width .*)/),
      engine('training/optimizers', /(match the coefficients of EDM2)/),
      engine('training/optimizers', /learning rates > (of EDM2 after .*)/),
      engine('training/optimizers', /decays of averages > (EDM after .*)/),
      engine('training/optimizers', /decays of averages > (k-diffusion, .*)/),
      engine('process/densities', /match k-diffusion: (.*)/),
      engine('process/densities', /(mode and logit_normal match SD3)/),
      engine('losses/losses', /(weights of SD3)/),
      engine('losses/losses', /(weights of EDM and k-diffusion)/),
      engine('process/schedule', /(\w+' of lucidrains, T = \d+)/),
    ],
  },
  '07_ema_lr_optim.json': {
    what: 'averages, learning rates: diffusers; optimizers: PyTorch',
    total: 22,
    from: [
      engine('training/optimizers', /learning rates > (of [a-z_]+)$/),
      engine('training/optimizers', /decays of averages > (diffusers, .*)/),
      engine('training/optimizers', /> (.*) follows PyTorch/),
    ],
  },
  '07_edm_sampler.json': {
    what: 'the stochastic sampler: EDM',
    total: 3,
    from: [engine('process/kdiffusion', /the stochastic sampler of EDM over \w+ > '(edm_\d)'/)],
  },
  '07_guidance.json': {
    what: 'guidance: diffusers, guided-diffusion; slerp: NumPy',
    total: 12,
    from: [
      engine('process/guidance', /(w = [\d.]+, rescaled by \+?[\d.]+)/),
      engine('process/guidance', /(slerp at \+?[\d.]+)/),
      engine('process/guidance', /(classifier guidance) > (?:the mean|guides a DDIM step)/),
    ],
  },
  '07_kdiffusion_samplers.json': {
    what: 'whole trajectories: k-diffusion',
    total: 17,
    from: [engine('process/kdiffusion', /k-diffusion over \w+ > '(\w+)'/)],
  },
  '07_metrics.json': {
    what: 'distances of features: SciPy',
    total: 3,
    from: [
      engine(
        'metrics/metrics',
        /distances between sets of features > match SciPy in (\d+) dimensions/,
      ),
    ],
  },
  '08_layers': {
    what: 'outputs and gradients of layers: diffusers, PyTorch',
    total: 13,
    from: [
      engine('models/layers', /layers match PyTorch > (\w+)/),
      engine('models/unet', /blocks > (\w+) has/),
      engine('models/layers', /(embeds timesteps) in/),
    ],
  },
  '08_layers opened': {
    what: 'the same layers as nodes, with blocks opened: diffusers, PyTorch',
    total: 13,
    from: [nodes('openedLayers', /> (\w+ opened) (?:has|embeds)/)],
  },
  '09_end_to_end': {
    what: 'sampling with a trained model: diffusers',
    total: 5,
    from: [engine('training/unetTraining', /sampling with a trained model > (\w+) goes/)],
  },
  '10_digits_baseline': {
    what: 'the digits, their judges and floors: scikit-learn',
    total: 6,
    from: [
      { file: 'test/nodes/datasets.test.ts', test: /Digits > '?(\w+)'? are the recorded items/ },
      engine('metrics/metrics', /evaluators of digits > ((?:give|use) .*)/),
    ],
    leftOut: {
      model_v_cosine_16_32_ema:
        'sampling with it takes minutes: npm run test:full holds it against its Fréchet distance and accuracy',
      'runs of v_cosine_16_32':
        'a training of 3,000 steps by other random numbers: npm run eval:digits makes it and shows both',
      'runs of eps_linear_16_32': 'the same with 2,000 steps, for which there is no workflow',
      torch_cpu_timing: 'times of another machine',
    },
  },
}
