// Timestep: a constant timestep, by its number or by its noise level.
import { NodeError } from '../../engine/messages/fault.ts'
import { levelQuantities, timeAtLevel } from '../../engine/process/levelTimes.ts'
import type { Times } from '../../engine/process/schedule.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import type { ScheduleValue } from '../../engine/process/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { samplingMessages } from '../../messages/sampling.ts'

export const timestep = defineNode({
  type: 'diffusion/Timestep',
  category: 'process',
  summary:
    'A single timestep for all items of a batch, set by a slider, or by the noise level that it has in a schedule.',
  aliases: ['time', 'noise level'],
  inputs: {
    schedule: slot.optional(
      slot.schedule(
        'Checks that the timestep exists in this schedule; required to choose a noise level',
      ),
    ),
  },
  outputs: { t: slot.timestep('Same timestep for all items') },
  params: {
    t: param.when(
      'by',
      't',
      param.real(
        500,
        { min: -1, max: 1e6, step: 1, slider: true, slides: [-1, 1000] },
        '0 is the lowest noise level, -1 is clean data. Fractions are levels between two timesteps',
      ),
    ),
    by: param.added(
      param.advanced(
        param.choice(['t', ...levelQuantities], 'Quantity that is set', {
          t: 'The timestep itself',
          sigma: 'Noise level sigma / alpha (sigma for flows)',
          snr: 'Signal-to-noise ratio alpha² / sigma²',
          log_snr: 'Natural logarithm of the signal-to-noise ratio',
        }),
      ),
    ),
    sigma: param.when(
      'by',
      'sigma',
      param.added(
        param.real(
          0.5,
          { min: 0, max: 1e6 },
          'Noise level sigma / alpha; for a flow sigma, up to 1',
        ),
      ),
    ),
    snr: param.when(
      'by',
      'snr',
      param.added(
        param.real(1, { min: 0, max: 1e12, step: 0.1 }, 'Signal-to-noise ratio; 0: pure noise'),
      ),
    ),
    log_snr: param.when(
      'by',
      'log_snr',
      param.added(
        param.real(0, { min: -100, max: 100, step: 0.1 }, 'Logarithm of the signal-to-noise ratio'),
      ),
    ),
  },
  plain: true,
  run: ({ schedule }, { t, by, ...levels }) => ({
    t: {
      type: 'timestep',
      ...(by === 't'
        ? checkTime(t, schedule)
        : timeAtLevel(requireSchedule(schedule, by), by, levels[by])),
    },
  }),
})

function checkTime(t: number, schedule: ScheduleValue | undefined): Times {
  const times = { t: Float64Array.of(t) }
  if (schedule) levelsAt(schedule.schedule, times)
  return times
}

function requireSchedule(schedule: ScheduleValue | undefined, by: string) {
  if (schedule) return schedule.schedule
  throw new NodeError({
    slot: 'schedule',
    message: samplingMessages.noSchedule({ by }),
    cure: samplingMessages.connectSchedule(),
  })
}
