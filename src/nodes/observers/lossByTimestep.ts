// Loss by timestep during training: shows which timesteps are hard and which are still improving.
import { splitMany } from '../../engine/base/ids.ts'
import { binnedMeans } from '../../engine/metrics/binnedMeans.ts'
import { defineNode, param, slot } from '../define.ts'

export const lossByTimestep = defineNode({
  type: 'diffusion/LossByTimestep',
  category: 'view',
  summary:
    'Plots the training loss by timestep: the mean over recent items, in bins with equal numbers of items. Shows which timesteps are hard, which the mean over all t hides.',
  aliases: ['loss per timestep'],
  inputs: { losses: slot.many(slot.losses('Line: losses of Loss, with t connected to it')) },
  outputs: {},
  params: {
    bins: param.integer(20, { min: 1, max: 500 }, 'Number of bins along t'),
    last: param.integer(
      5000,
      { min: 1, max: 50_000 },
      'Number of recent items in the mean; fewer items follow faster and fluctuate more',
    ),
    title: param.advanced(param.text('', 'Title of the chart')),
    names: param.advanced(param.text('', 'Names of the lines, separated by commas')),
    x_log: param.advanced(param.toggle(false, 'Logarithmic x axis, for schedules with t = σ')),
    y_log: param.advanced(param.toggle(false, 'Logarithmic y axis')),
  },
  collects: 'losses',
  view: async (_, { bins, last, title, names, x_log, y_log }, { items }) => {
    const given = names.split(',').map((name) => name.trim())
    return {
      kind: 'chart',
      title,
      xLabel: x_log ? 'ln t' : 't',
      yLabel: items.length === 1 ? 'loss' : '',
      yLog: y_log,
      lines: items.map(({ slot, t, losses }) => {
        const places = t.slice(-last)
        const line = binnedMeans(x_log ? places.map(Math.log) : places, losses.slice(-last), bins)
        return { name: given[(splitMany(slot)[1] ?? 0) - 1] || slot, ...line }
      }),
    }
  },
})
