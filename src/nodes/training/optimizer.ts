// How weights follow their gradients.
import type { OptimizerConfig } from '../../engine/optimizers.ts'
import { meantParams } from '../../engine/plan/params.ts'
import { checkLearningRate, endsWithTraining } from '../../engine/learningRates.ts'
import { advanced, choice, defineNode, integer, optimizer as optimizerSlot, real, text, toggle, when } from '../define.ts'

const adams = ['adamw', 'adam', 'radam', 'nadam', 'adamax'] as const

const params = {
  algorithm: choice(
    ['adamw', 'adam', 'radam', 'nadam', 'adamax', 'rmsprop', 'adagrad', 'sgd'],
    'adamw takes weight decay off the weights, the others add it to the gradient',
  ),
  lr: real(1e-3, { min: 0, max: 10, step: 0.0001 }, 'learning rate after the warm-up'),
  lr_schedule: choice(
    [
      'constant',
      'linear',
      'cosine',
      'cosine_with_restarts',
      'polynomial',
      'piecewise_constant',
      'inverse_sqrt',
      'inverse',
      'exponential',
    ],
    'after the warm-up: linear to polynomial have come down at the last step, the others do not ask how many there will be',
  ),
  num_cycles: when('lr_schedule', 'cosine_with_restarts', integer(1, { min: 1, max: 10_000 }, 'how often it falls to 0')),
  power: when(
    'lr_schedule',
    ['polynomial', 'inverse'],
    real(1, { min: 0, max: 10, step: 0.1 }, 'polynomial: above 1, steep at first; inverse: of (1 + step / inv_gamma)^-power'),
  ),
  lr_end: when('lr_schedule', 'polynomial', real(1e-7, { min: 0, max: 10, step: 1e-7 }, 'learning rate of the last step')),
  step_rules: when(
    'lr_schedule',
    'piecewise_constant',
    text('1:1000,0.1:2000,0.01', 'factors of lr, each but the last with the step it ends at'),
  ),
  ref_steps: when(
    'lr_schedule',
    'inverse_sqrt',
    integer(1000, { min: 1, max: 10_000_000 }, 'it stays until then, and falls as 1 / sqrt(step / ref_steps): EDM2'),
  ),
  inv_gamma: when('lr_schedule', 'inverse', real(1000, { min: 1e-6, max: 1e9, step: 1 }, 'steps until it is lr / 2^power')),
  decay: when('lr_schedule', 'exponential', real(0.5, { min: 0, max: 1, step: 0.01 }, 'share that is left after num_steps')),
  num_steps: when('lr_schedule', 'exponential', integer(1000, { min: 1, max: 10_000_000 }, 'steps in which it falls so far')),
  min_lr: when(
    'lr_schedule',
    ['inverse', 'exponential'],
    advanced(real(0, { min: 0, max: 10, step: 1e-6 }, 'it falls no further')),
  ),
  warmup_steps: advanced(integer(0, { max: 1_000_000 }, 'steps over which the learning rate grows from 0')),
  warmup: when(
    'lr_schedule',
    ['inverse', 'exponential'],
    advanced(real(0, { min: 0, max: 0.999999, step: 0.001 }, 'a warm-up of another form: 1 - warmup^(step + 1)')),
  ),
  beta1: when('algorithm', adams, advanced(real(0.9, { min: 0, max: 0.999999, step: 0.001 }, 'memory of the gradient'))),
  beta2: when('algorithm', adams, advanced(real(0.999, { min: 0, max: 0.999999, step: 0.0001 }, 'memory of its square'))),
  amsgrad: when('algorithm', ['adamw', 'adam'], advanced(toggle(false, 'divide by the largest average of the square so far'))),
  momentum_decay: when(
    'algorithm',
    'nadam',
    advanced(real(0.004, { min: 0, max: 1, step: 0.001 }, 'how fast beta1 grows from half to its value')),
  ),
  alpha: when('algorithm', 'rmsprop', advanced(real(0.99, { min: 0, max: 0.999999, step: 0.001 }, 'memory of the square'))),
  momentum: when(
    'algorithm',
    'sgd',
    real(0.9, { min: 0, max: 0.999999, step: 0.01 }, 'share of the last step that goes on; 0: none'),
  ),
  nesterov: when('algorithm', 'sgd', advanced(toggle(false, 'look ahead along the momentum'))),
  eps: when(
    'algorithm',
    [...adams, 'rmsprop', 'adagrad'],
    advanced(real(1e-8, { min: 0, max: 1, step: 1e-8 }, 'keeps a vanishing gradient from a step without limit')),
  ),
  weight_decay: advanced(real(0, { min: 0, max: 10, step: 0.001 }, 'pull of the weights towards 0')),
  clip_norm: advanced(real(1, { min: 0, max: 1e6, step: 0.1 }, 'largest norm of the whole gradient; 0: no limit')),
}

export const optimizer = defineNode({
  type: 'diffusion/Optimizer',
  category: 'training',
  summary: 'How weights follow their gradients: one of eight optimizers, with warm-up, a learning rate that falls, and clipping.',
  source:
    'Kingma & Ba 2015; Loshchilov & Hutter 2019; Reddi et al. 2018 (amsgrad); Liu et al. 2020 (radam); Dozat 2016 (nadam); ' +
    'as in PyTorch, diffusers, k-diffusion and EDM2',
  inputs: {},
  outputs: { optimizer: optimizerSlot('for TrainingStart') },
  params,
  needsTotalSteps: ({ lr_schedule }) => endsWithTraining(lr_schedule),
  check: checkLearningRate,
  run: (_, all) => ({ optimizer: { type: 'optimizer', config: meantParams(params, all) as OptimizerConfig } }),
})
