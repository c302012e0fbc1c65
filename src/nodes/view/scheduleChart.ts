// Schedules as lines: how signal gives way to noise.
import type { Levels, Schedule } from '../../engine/schedule.ts'
import { levelsAt, ratiosOf, shareOf, timeOfShare } from '../../engine/schedule.ts'
import type { ChartView } from '../../engine/plan/view.ts'
import type { ScheduleValue } from '../../engine/values.ts'
import { advanced, choice, defineNode, many, optional, schedule, text, timestep } from '../define.ts'
import { wired } from './read.ts'

interface Quantity {
  label: string
  log: boolean
  of: (levels: Levels) => Float64Array
}

const snrOf = (levels: Levels) => ratiosOf(levels).map((ratio) => 1 / (ratio * ratio))

const quantities = {
  alpha_bar: { label: 'alpha_bar', log: false, of: ({ alpha }) => alpha.map((a) => a * a) },
  log_snr: { label: 'log SNR', log: false, of: (levels) => snrOf(levels).map(Math.log) },
  sigma: { label: 'sigma', log: true, of: ratiosOf },
  snr: { label: 'SNR', log: true, of: snrOf },
} satisfies Record<string, Quantity>

const names = Object.keys(quantities) as [keyof typeof quantities, ...(keyof typeof quantities)[]]

/** As many places on a line at most. */
const PLACES = 200
const MOST_MARKS = 16

export const scheduleChart = defineNode({
  type: 'diffusion/ScheduleChart',
  category: 'view',
  summary:
    'Draws schedules as lines on one axis, from data to noise: how much signal is left, or how much noise there is beside it. What a model sees of each level follows from the slope.',
  source: 'Kingma et al. 2021, section 3.2: of a schedule nothing but its log SNR matters; Nichol & Dhariwal 2021, figure 5',
  inputs: {
    schedules: many(schedule('a line')),
    t: optional(timestep('marked on the axis, by the first schedule')),
  },
  outputs: {},
  params: {
    quantity: choice(
      names,
      'alpha_bar: share of the variance that is signal; log_snr: logarithm of signal to noise, the natural axis; sigma: noise beside the signal, sigma / alpha; snr: the ratio of variances',
    ),
    names: advanced(text('', 'of the lines, with commas between')),
  },
  view: async (inputs, { quantity, names }): Promise<ChartView> => {
    const given = names.split(',').map((name) => name.trim())
    const schedules = wired<ScheduleValue>(inputs, 'schedules')
    const known = schedules.map(([, { schedule }]) => schedule.name)
    const { label, log, of } = quantities[quantity]
    return {
      kind: 'chart',
      title: '',
      xLabel: 't / T',
      yLabel: label,
      yLog: log,
      lines: schedules.map(([slot, { schedule }], i) => {
        const t = placesOf(schedule)
        const alone = known.filter((name) => name === schedule.name).length === 1
        return {
          name: given[i] || (alone ? schedule.name : slot),
          x: t.map((one) => shareOf(schedule, one)),
          y: of(levelsAt(schedule, { t })),
        }
      }),
      ...(inputs.t && schedules[0] && { marks: marksOf(schedules[0][1].schedule, inputs.t.t) }),
    }
  },
})

/** Times from the least noise to the most: every timestep of a short table; σ evenly in its logarithm. */
export function placesOf(schedule: Schedule): Float64Array {
  const count = schedule.kind === 'table' ? Math.min(schedule.T, PLACES) : PLACES
  return Float64Array.from({ length: count }, (_, i) => timeOfShare(schedule, count === 1 ? 0 : i / (count - 1)))
}

const marksOf = (schedule: Schedule, t: Float64Array) => [...new Set(t)].slice(0, MOST_MARKS).map((one) => shareOf(schedule, one))
