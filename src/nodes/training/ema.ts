// How averages of the weights are kept while they are trained.
import type { EmaConfig } from '../../engine/ema.ts'
import { WIDEST } from '../../engine/ema.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { meantParams } from '../../engine/plan/params.ts'
import { advanced, choice, defineNode, ema as emaSlot, integer, optional, real, toggle, when, symbol } from '../define.ts'

const growing = ['diffusers', 'k_diffusion'] as const
const bounded = [...growing, 'constant'] as const

const params = {
  kind: advanced(
    choice(
      ['diffusers', 'k_diffusion', 'constant', 'half_life', 'power_function'],
      'how d goes: grows to decay, stays, follows from a half-life in steps, or from a width that is a share of the training',
    ),
  ),
  decay: when(
    'kind',
    bounded,
    symbol(
      'd',
      real(0.999, { min: 0, max: 1, step: 0.0001 }, 'd at its largest: the average reaches back about 1 / (1 - d) steps'),
    ),
  ),
  half_life: when(
    'kind',
    'half_life',
    real(500, { min: 1e-3, max: 1e9, step: 10 }, 'steps after which what a step gave to the average has halved'),
  ),
  ema_rampup_ratio: when(
    'kind',
    'half_life',
    advanced(real(0.05, { min: 0, max: 1e6, step: 0.01 }, 'the half-life is at most this share of the steps made; 0: no limit')),
  ),
  sigma_rel: when(
    'kind',
    'power_function',
    real(0.1, { min: 0.005, max: WIDEST, step: 0.005 }, 'width of what is averaged, as a share of the training so far'),
  ),
  snapshots: when(
    'kind',
    'power_function',
    integer(16, { min: 0, max: 256 }, 'averages on the way that are kept for PostHocEMA, at most; 0: none'),
  ),
  min_decay: when(
    'kind',
    growing,
    advanced(real(0, { min: 0, max: 1, step: 0.0001 }, 'd at its smallest; as large as decay, d is constant')),
  ),
  update_after_step: when(
    'kind',
    growing,
    advanced(
      integer(0, { max: 1_000_000 }, 'until then the average is a copy of the weights, or keeps to min_decay (k_diffusion)'),
    ),
  ),
  use_ema_warmup: when(
    'kind',
    'diffusers',
    advanced(toggle(true, 'd grows as 1 - (1 + k / inv_gamma)^-power; otherwise as (1 + k) / (10 + k)')),
  ),
  inv_gamma: when('kind', growing, advanced(real(1, { min: 1e-6, max: 1e6 }, 'of the warm-up'))),
  power: when('kind', growing, advanced(real(0.75, { min: 0, max: 10 }, 'of the warm-up'))),
}

export const ema = defineNode({
  type: 'diffusion/EMA',
  title: 'EMA',
  category: 'training',
  summary: 'Averages the weights over the last steps: the averaged model samples better than the weights of any one step.',
  equation: '\\bar\\theta \\leftarrow d \\, \\bar\\theta + (1 - d) \\, \\theta',
  source:
    'EMAModel of diffusers, EMAWarmup of k-diffusion; half_life: Karras et al. 2022 (EDM); power_function: Karras et al. 2024 (EDM2), section 3.1',
  inputs: { ema: optional(emaSlot('other averages of the same training; they come first')) },
  outputs: { ema: emaSlot('for TrainingStart, or for another EMA') },
  params,
  check: ({ kind, decay, min_decay }) => {
    if (kind === 'power_function' || kind === 'half_life' || kind === 'constant' || min_decay <= decay) return
    throw new NodeError({
      param: 'min_decay',
      message: `min_decay is ${min_decay}, which is above decay, ${decay}: d has nowhere to go.`,
      cure: `Lower min_decay to at most ${decay}, or raise decay.`,
    })
  },
  run: ({ ema }, all) => ({ ema: { type: 'ema', configs: [...(ema?.configs ?? []), meantParams(params, all) as EmaConfig] } }),
})
