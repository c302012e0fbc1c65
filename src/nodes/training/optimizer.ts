// Optimizer: updates weights from gradients.
import type { OptimizerConfig } from '../../engine/training/optimizers.ts'
import { effectiveParams } from '../../engine/plan/params.ts'
import { checkLearningRate, endsWithTraining } from '../../engine/training/learningRates.ts'
import { defineNode, param, slot } from '../define.ts'

const adams = ['adamw', 'adam', 'radam', 'nadam', 'adamax'] as const

const params = {
  algorithm: param.choice(
    ['adamw', 'adam', 'radam', 'nadam', 'adamax', 'rmsprop', 'adagrad', 'sgd'],
    'Algorithm. Weight decay is decoupled in adamw; the others add it to the gradient',
  ),
  lr: param.real(1e-3, { min: 0, max: 10, step: 0.0001 }, 'Learning rate after the warm-up'),
  lr_schedule: param.choice(
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
    'Learning rate after the warm-up. The schedules from linear to polynomial end at the last step; the others do not depend on the number of steps',
  ),
  num_cycles: param.when(
    'lr_schedule',
    'cosine_with_restarts',
    param.integer(1, { min: 1, max: 10_000 }, 'Number of cosine cycles'),
  ),
  power: param.when(
    'lr_schedule',
    ['polynomial', 'inverse'],
    param.real(
      1,
      { min: 0, max: 10, step: 0.1 },
      'Exponent. polynomial: values above 1 fall faster at first; inverse: (1 + step / inv_gamma)^-power',
    ),
  ),
  lr_end: param.when(
    'lr_schedule',
    'polynomial',
    param.real(1e-7, { min: 0, max: 10, step: 1e-7 }, 'Learning rate at the last step'),
  ),
  step_rules: param.when(
    'lr_schedule',
    'piecewise_constant',
    param.text(
      '1:1000,0.1:2000,0.01',
      'Factors of lr, each except the last with the step at which it ends',
    ),
  ),
  ref_steps: param.when(
    'lr_schedule',
    'inverse_sqrt',
    param.integer(
      1000,
      { min: 1, max: 10_000_000 },
      'Constant until this step, then falls as 1 / sqrt(step / ref_steps) (EDM2)',
    ),
  ),
  inv_gamma: param.when(
    'lr_schedule',
    'inverse',
    param.real(1000, { min: 1e-6, max: 1e9, step: 1 }, 'Steps until the rate is lr / 2^power'),
  ),
  decay: param.when(
    'lr_schedule',
    'exponential',
    param.real(
      0.5,
      { min: 0, max: 1, step: 0.01 },
      'Share of the rate that is left after num_steps',
    ),
  ),
  num_steps: param.when(
    'lr_schedule',
    'exponential',
    param.integer(1000, { min: 1, max: 10_000_000 }, 'Steps over which the rate falls by decay'),
  ),
  min_lr: param.when(
    'lr_schedule',
    ['inverse', 'exponential'],
    param.advanced(
      param.real(0, { min: 0, max: 10, step: 1e-6 }, 'Lower limit of the learning rate'),
    ),
  ),
  warmup_steps: param.advanced(
    param.integer(0, { max: 1_000_000 }, 'Steps over which the learning rate grows from 0'),
  ),
  warmup: param.when(
    'lr_schedule',
    ['inverse', 'exponential'],
    param.advanced(
      param.real(
        0,
        { min: 0, max: 0.999999, step: 0.001 },
        'Exponential warm-up: 1 - warmup^(step + 1)',
      ),
    ),
  ),
  beta1: param.when(
    'algorithm',
    adams,
    param.advanced(
      param.real(
        0.9,
        { min: 0, max: 0.999999, step: 0.001 },
        'Decay of the running mean of the gradient',
      ),
    ),
  ),
  beta2: param.when(
    'algorithm',
    adams,
    param.advanced(
      param.real(
        0.999,
        { min: 0, max: 0.999999, step: 0.0001 },
        'Decay of the running mean of the squared gradient',
      ),
    ),
  ),
  amsgrad: param.when(
    'algorithm',
    ['adamw', 'adam'],
    param.advanced(
      param.toggle(false, 'Divides by the largest running mean of the squared gradient so far'),
    ),
  ),
  momentum_decay: param.when(
    'algorithm',
    'nadam',
    param.advanced(
      param.real(
        0.004,
        { min: 0, max: 1, step: 0.001 },
        'How fast beta1 grows from half to its full value',
      ),
    ),
  ),
  alpha: param.when(
    'algorithm',
    'rmsprop',
    param.advanced(
      param.real(
        0.99,
        { min: 0, max: 0.999999, step: 0.001 },
        'Decay of the running mean of the squared gradient',
      ),
    ),
  ),
  momentum: param.when(
    'algorithm',
    'sgd',
    param.real(0.9, { min: 0, max: 0.999999, step: 0.01 }, 'Momentum; 0: none'),
  ),
  nesterov: param.when(
    'algorithm',
    'sgd',
    param.advanced(param.toggle(false, 'Nesterov momentum')),
  ),
  eps: param.when(
    'algorithm',
    [...adams, 'rmsprop', 'adagrad'],
    param.advanced(
      param.real(
        1e-8,
        { min: 0, max: 1, step: 1e-8 },
        'Prevents division by zero for vanishing gradients',
      ),
    ),
  ),
  weight_decay: param.advanced(
    param.real(0, { min: 0, max: 10, step: 0.001 }, 'Weight decay: pull of the weights towards 0'),
  ),
  clip_norm: param.advanced(
    param.real(
      1,
      { min: 0, max: 1e6, step: 0.1 },
      'Largest norm of the full gradient; 0: no clipping',
    ),
  ),
}

export const optimizer = defineNode({
  type: 'diffusion/Optimizer',
  category: 'training',
  summary:
    'Optimizer of the training: one of eight algorithms, with warm-up, a learning rate schedule and gradient clipping.',
  aliases: [
    'adam',
    'adamw',
    'sgd',
    'lr',
    'learning rate',
    'weight decay',
    'momentum',
    'lr scheduler',
    'warmup',
    'CosineAnnealingLR',
    'gradient clipping',
    'clip_grad_norm',
    'lion',
    'muon',
  ],
  source:
    'Kingma & Ba 2015; Loshchilov & Hutter 2019; Reddi et al. 2018 (amsgrad); Liu et al. 2020 (radam); Dozat 2016 (nadam); ' +
    'as in PyTorch, diffusers, k-diffusion and EDM2',
  inputs: {},
  outputs: { optimizer: slot.optimizer('For TrainingStart') },
  params,
  needsTotalSteps: ({ lr_schedule }) => endsWithTraining(lr_schedule),
  check: checkLearningRate,
  run: (_, all) => ({
    optimizer: { type: 'optimizer', config: effectiveParams(params, all) as OptimizerConfig },
  }),
})
