// ConvertTimestep: the corresponding timestep of another schedule.
import { matchRatios, matchPositions } from '../../engine/process/schedule.ts'
import { defineNode, param, slot } from '../define.ts'

const conversions = { snr: matchRatios, share: matchPositions }

export const convertTimestep = defineNode({
  type: 'diffusion/ConvertTimestep',
  category: 'process',
  summary:
    'Maps a timestep of one schedule to another schedule, at the same signal-to-noise ratio or at the same share of the schedule. At the same ratio, x_t differs only in scale.',
  aliases: ['snr matching', 'timestep shift'],
  equation: "\\frac{\\alpha_t^2}{\\sigma_t^2} = \\frac{\\alpha'^2_{t'}}{\\sigma'^2_{t'}}",
  source: 'Kingma et al. 2021, section 5.1: only the SNR matters; Karras et al. 2022, appendix C.3',
  inputs: {
    t: slot.timestep('Timestep in `from`'),
    from: slot.schedule('Schedule of the input timestep'),
    to: slot.schedule('Schedule to convert to'),
  },
  outputs: {
    t: slot.timestep(
      'Timestep in `to`; fractional if no entry of the table has exactly this noise level',
    ),
  },
  params: {
    by: param.choice(['snr', 'share'], 'Quantity that stays the same', {
      snr: 'Signal-to-noise ratio, clamped to the end of `to`',
      share: 'Position t / T between data and noise (for sigma: in its logarithm)',
    }),
  },
  run: ({ t, from, to }, { by }) => ({
    t: { type: 'timestep', ...conversions[by](from.schedule, to.schedule, t) },
  }),
})
