// Where the loss comes from while a model is trained: which timesteps are hard, and which are still being learned.
import { binnedMeans } from '../../engine/metrics/binnedMeans.ts'
import { advanced, defineNode, integer, losses, many, text, toggle } from '../define.ts'

export const lossByTimestep = defineNode({
  type: 'diffusion/LossByTimestep',
  category: 'view',
  summary:
    'Draws the loss by timestep while a model is trained: the mean over the last items, in bins that hold equally many. A mean over all t hides that small t are hard and large ones easy.',
  inputs: { losses: many(losses('a line: from Loss, with t wired to it')) },
  outputs: {},
  params: {
    bins: integer(20, { min: 1, max: 500 }, 'places along t'),
    last: integer(
      5000,
      { min: 1, max: 50_000 },
      'items in the mean: the fewer, the more it follows and the more chance is in it',
    ),
    title: advanced(text('', 'above the chart')),
    names: advanced(text('', 'of the lines, with commas between')),
    x_log: advanced(toggle(false, 'the logarithm of t along the axis, for time that is σ')),
    y_log: advanced(toggle(false, 'logarithmic height')),
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
        return { name: given[Number(slot.split('_').at(-1)) - 1] || slot, ...line }
      }),
    }
  },
})
