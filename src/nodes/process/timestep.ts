// Timestep: a constant timestep.
import { alphaBarAt } from '../../engine/process/schedule.ts'
import { defineNode, integer, optional, schedule, timestep as timestepSlot } from '../define.ts'

export const timestep = defineNode({
  type: 'diffusion/Timestep',
  category: 'process',
  summary: 'A single timestep, set by a slider and used for all items of a batch.',
  inputs: { schedule: optional(schedule('Checks that the timestep exists in this schedule')) },
  outputs: { t: timestepSlot('Same timestep for all items') },
  params: {
    t: integer(
      500,
      { min: -1, max: 999, slider: true },
      '0 is the lowest noise level, -1 is clean data',
    ),
  },
  plain: true,
  run: ({ schedule }, { t }) => {
    if (schedule) alphaBarAt(schedule.schedule, t)
    return { t: { type: 'timestep', t: Float64Array.of(t) } }
  },
})
