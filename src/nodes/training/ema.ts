// How an average of the weights is kept while they are trained.
import { advanced, defineNode, ema as emaSlot, integer, real, toggle } from '../define.ts'

export const ema = defineNode({
  type: 'diffusion/EMA',
  title: 'EMA',
  category: 'training',
  summary: 'Averages the weights over the last steps: the averaged model samples better than the weights of any one step.',
  equation: '\\bar\\theta \\leftarrow d \\, \\bar\\theta + (1 - d) \\, \\theta',
  source: 'EMAModel of diffusers',
  inputs: {},
  outputs: { ema: emaSlot('for TrainingStart') },
  params: {
    decay: real(0.999, { min: 0, max: 1, step: 0.0001 }, 'd at its largest: the average reaches back about 1 / (1 - d) steps'),
    min_decay: advanced(real(0, { min: 0, max: 1, step: 0.0001 }, 'd at its smallest; as large as decay, d is constant')),
    update_after_step: advanced(integer(0, { max: 1_000_000 }, 'until then the average is a copy of the weights')),
    use_ema_warmup: advanced(toggle(true, 'd grows as 1 - (1 + k / inv_gamma)^-power; otherwise as (1 + k) / (10 + k)')),
    inv_gamma: advanced(real(1, { min: 1e-6, max: 1e6 }, 'of the warm-up')),
    power: advanced(real(0.75, { min: 0, max: 10 }, 'of the warm-up')),
  },
  run: (_, config) => ({ ema: { type: 'ema', config } }),
})
