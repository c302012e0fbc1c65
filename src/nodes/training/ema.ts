// EMA: averages of the weights during training.
import type { EmaConfig } from '../../engine/training/ema.ts'
import { WIDEST } from '../../engine/training/ema.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { effectiveParams } from '../../engine/plan/params.ts'
import { defineNode, param, slot } from '../define.ts'
import { trainingNodeMessages } from '../../messages/trainingNodes.ts'

const warmupKinds = ['diffusers', 'k_diffusion'] as const
const decayKinds = [...warmupKinds, 'constant'] as const

const params = {
  kind: param.advanced(
    param.choice(
      ['diffusers', 'k_diffusion', 'constant', 'half_life', 'power_function'],
      'How the decay d is chosen',
      {
        diffusers: 'Grows to decay, as in EMAModel of diffusers',
        k_diffusion: 'Grows to decay, as in EMAWarmup of k-diffusion',
        constant: 'Always decay',
        half_life: 'From a half-life in steps (EDM)',
        power_function: 'From a width relative to the training so far (EDM2)',
      },
    ),
  ),
  decay: param.when(
    'kind',
    decayKinds,
    param.symbol(
      'd',
      param.real(
        0.999,
        { min: 0, max: 1, step: 0.0001 },
        'Largest decay d; averages roughly the last 1 / (1 - d) steps',
      ),
    ),
  ),
  half_life: param.when(
    'kind',
    'half_life',
    param.real(
      500,
      { min: 1e-3, max: 1e9, step: 10 },
      'Steps after which the weight of a step in the average has halved',
    ),
  ),
  ema_rampup_ratio: param.when(
    'kind',
    'half_life',
    param.advanced(
      param.real(
        0.05,
        { min: 0, max: 1e6, step: 0.01 },
        'Limits the half-life to this share of the steps so far; 0: no limit',
      ),
    ),
  ),
  sigma_rel: param.when(
    'kind',
    'power_function',
    param.real(
      0.1,
      { min: 0.005, max: WIDEST, step: 0.005 },
      'Width of the average, relative to the training so far',
    ),
  ),
  snapshots: param.when(
    'kind',
    'power_function',
    param.integer(
      16,
      { min: 0, max: 256 },
      'Most snapshots of the average stored for PostHocEMA; 0: none',
    ),
  ),
  min_decay: param.when(
    'kind',
    warmupKinds,
    param.advanced(
      param.real(
        0,
        { min: 0, max: 1, step: 0.0001 },
        'Smallest decay d; if equal to decay, d is constant',
      ),
    ),
  ),
  update_after_step: param.when(
    'kind',
    warmupKinds,
    param.advanced(
      param.integer(
        0,
        { max: 1_000_000 },
        'Until this step the average is a copy of the weights, or uses min_decay (k_diffusion)',
      ),
    ),
  ),
  use_ema_warmup: param.when(
    'kind',
    'diffusers',
    param.advanced(
      param.toggle(true, 'd grows as 1 - (1 + k / inv_gamma)^-power; off: as (1 + k) / (10 + k)'),
    ),
  ),
  inv_gamma: param.when(
    'kind',
    warmupKinds,
    param.advanced(param.real(1, { min: 1e-6, max: 1e6 }, 'Parameter of the warm-up')),
  ),
  power: param.when(
    'kind',
    warmupKinds,
    param.advanced(param.real(0.75, { min: 0, max: 10 }, 'Parameter of the warm-up')),
  ),
}

export const ema = defineNode({
  type: 'diffusion/EMA',
  title: 'EMA',
  category: 'training',
  summary:
    'Exponential moving average (EMA) of the weights during training. The averaged model usually gives better samples than the weights of the last step.',
  aliases: ['exponential moving average', 'EMAModel', 'polyak averaging', 'ema_decay'],
  equation: '\\bar\\theta \\leftarrow d \\, \\bar\\theta + (1 - d) \\, \\theta',
  source:
    'EMAModel of diffusers, EMAWarmup of k-diffusion; half_life: Karras et al. 2022 (EDM); power_function: Karras et al. 2024 (EDM2), section 3.1',
  inputs: { ema: slot.optional(slot.ema('Other averages of the same training, which come first')) },
  outputs: { ema: slot.ema('For TrainingStart or another EMA') },
  params,
  check: ({ kind, decay, min_decay }) => {
    if (
      kind === 'power_function' ||
      kind === 'half_life' ||
      kind === 'constant' ||
      min_decay <= decay
    )
      return
    throw new NodeError({
      param: 'min_decay',
      message: trainingNodeMessages.decay({ min: min_decay, max: decay }),
      cure: trainingNodeMessages.lowerDecay({ max: decay }),
    })
  },
  run: ({ ema }, all) => ({
    ema: {
      type: 'ema',
      configs: [...(ema?.configs ?? []), effectiveParams(params, all) as EmaConfig],
    },
  }),
})
