// Chart of schedules: signal and noise over time.
import type { Levels, Schedule } from '../../engine/process/schedule.ts'
import {
  levelsAt,
  getRatios,
  getSchedulePosition,
  timeAtPosition,
} from '../../engine/process/schedule.ts'
import type { ChartView } from '../../engine/base/view.ts'
import type { ScheduleValue } from '../../engine/process/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { wiredSlots } from './read.ts'

interface Quantity {
  label: string
  log: boolean
  of: (levels: Levels) => Float64Array
}

const signalToNoise = (levels: Levels) => getRatios(levels).map((ratio) => 1 / (ratio * ratio))

const quantities = {
  alpha_bar: { label: 'alpha_bar', log: false, of: ({ alpha }) => alpha.map((a) => a * a) },
  log_snr: { label: 'log SNR', log: false, of: (levels) => signalToNoise(levels).map(Math.log) },
  sigma: { label: 'sigma', log: true, of: getRatios },
  snr: { label: 'SNR', log: true, of: signalToNoise },
} satisfies Record<string, Quantity>

const names = Object.keys(quantities) as [keyof typeof quantities, ...(keyof typeof quantities)[]]

/** Most points on a line. */
const MAX_PLACES = 200
const MAX_MARKS = 16

export const scheduleChart = defineNode({
  type: 'diffusion/ScheduleChart',
  category: 'view',
  summary:
    'Plots noise schedules over time from data to noise: the signal that is left, or the noise relative to it. The slope determines how long a model spends at each noise level.',
  aliases: ['snr plot', 'plot schedule'],
  source:
    'Kingma et al. 2021, section 3.2: of a schedule nothing but its log SNR matters; Nichol & Dhariwal 2021, figure 5',
  inputs: {
    schedules: slot.many(slot.schedule('A line')),
    t: slot.optional(slot.timestep('Marks on the axis, in timesteps of the first schedule')),
  },
  outputs: {},
  params: {
    quantity: param.choice(names, 'Plotted quantity', {
      alpha_bar: 'Share of the variance that is signal',
      log_snr: 'Logarithm of the signal-to-noise ratio',
      sigma: 'Noise relative to the signal, sigma / alpha',
      snr: 'Signal-to-noise ratio of the variances',
    }),
    names: param.advanced(param.text('', 'Names of the lines, separated by commas')),
  },
  view: async (inputs, { quantity, names }): Promise<ChartView> => {
    const given = names.split(',').map((name) => name.trim())
    const schedules = wiredSlots<ScheduleValue>(inputs, 'schedules')
    const known = schedules.map(([, { schedule }]) => schedule.name)
    const { label, log, of } = quantities[quantity]
    return {
      kind: 'chart',
      title: '',
      xLabel: 't / T',
      yLabel: label,
      yLog: log,
      lines: schedules.map(([slot, { schedule }], i) => {
        const t = schedulePlaces(schedule)
        const alone = known.filter((name) => name === schedule.name).length === 1
        return {
          name: given[i] || (alone ? schedule.name : slot),
          x: t.map((one) => getSchedulePosition(schedule, one)),
          y: of(levelsAt(schedule, { t })),
        }
      }),
      ...(inputs.t &&
        schedules[0] && { marks: scheduleMarks(schedules[0][1].schedule, inputs.t.t) }),
    }
  },
})

/** Times by increasing noise: every timestep of a short table, log-spaced for σ. */
export function schedulePlaces(schedule: Schedule): Float64Array {
  const count = schedule.kind === 'table' ? Math.min(schedule.T, MAX_PLACES) : MAX_PLACES
  return Float64Array.from({ length: count }, (_, i) =>
    timeAtPosition(schedule, count === 1 ? 0 : i / (count - 1)),
  )
}

const scheduleMarks = (schedule: Schedule, t: Float64Array) =>
  [...new Set(t)].slice(0, MAX_MARKS).map((one) => getSchedulePosition(schedule, one))
