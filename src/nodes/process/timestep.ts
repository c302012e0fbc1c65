// One timestep, chosen by hand.
import { alphaBarAt } from '../../engine/schedule.ts'
import { defineNode, integer, optional, schedule, timestep as timestepSlot } from '../define.ts'

export const timestep = defineNode({
  type: 'diffusion/Timestep',
  category: 'process',
  summary: 'One timestep, by a slider: it holds for all items of a batch.',
  inputs: { schedule: optional(schedule('refuses a timestep that it does not have')) },
  outputs: { t: timestepSlot('the same for all items') },
  params: { t: integer(500, { min: -1, max: 999, slider: true }, '0 is the least noise, -1 is clean data') },
  plain: true,
  run: ({ schedule }, { t }) => {
    if (schedule) alphaBarAt(schedule.schedule, t)
    return { t: { type: 'timestep', t: Float64Array.of(t) } }
  },
})
