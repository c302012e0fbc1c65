// The time of another schedule that means the same.
import { sameRatio, sameShare } from '../../engine/schedule.ts'
import { choice, defineNode, schedule, timestep } from '../define.ts'

const conversions = { snr: sameRatio, share: sameShare }

export const convertTimestep = defineNode({
  type: 'diffusion/ConvertTimestep',
  category: 'process',
  summary:
    'Turns a timestep of one schedule into that of another: with as much noise beside the signal, or as far along. With as much noise x_t is the same but for its size.',
  equation: "\\frac{\\alpha_t^2}{\\sigma_t^2} = \\frac{\\alpha'^2_{t'}}{\\sigma'^2_{t'}}",
  source: 'Kingma et al. 2021, section 5.1: only the SNR matters; Karras et al. 2022, appendix C.3',
  inputs: {
    t: timestep('of `from`'),
    from: schedule('that t belongs to'),
    to: schedule('whose timestep is wanted'),
  },
  outputs: { t: timestep('of `to`; between two timesteps of a table, where none has exactly as much noise') },
  params: {
    by: choice(
      ['snr', 'share'],
      'snr: with the same signal-to-noise ratio, beyond the end of `to` at its end; share: as far from data to noise, t / T (of sigma in its logarithm)',
    ),
  },
  run: ({ t, from, to }, { by }) => ({ t: { type: 'timestep', ...conversions[by](from.schedule, to.schedule, t) } }),
})
