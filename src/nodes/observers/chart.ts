// Line chart of numbers that change while a loop runs.
import { splitMany } from '../../engine/base/ids.ts'
import { boundLine } from '../../engine/plan/lineLog.ts'
import type { Series } from '../../engine/plan/op.ts'
import type { ChartView } from '../../engine/base/view.ts'
import type { History, Loss, NumberValue } from '../../engine/base/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { readAll, wiredSlots } from './read.ts'

type Line = ChartView['lines'][number]

export const chart = defineNode({
  type: 'diffusion/Chart',
  category: 'view',
  summary:
    'Line chart of numbers: the loss of every step, or a distance at every t. Lines of earlier runs stay in the background.',
  aliases: [
    'loss curve',
    'line chart',
    'plot',
    'tensorboard',
    'wandb',
    'training curve',
    'learning curve',
  ],
  inputs: {
    values: slot.many(
      slot.oneOf(
        ['loss', 'number', 'history'],
        'Line: one number per iteration, or a complete history, plotted over its t or its list if it has one',
      ),
    ),
    x: slot.optional(
      slot.oneOf(['number', 'timestep'], 'Position on the x axis; the iteration if not connected'),
    ),
  },
  outputs: {},
  params: {
    title: param.advanced(param.text('', 'Title of the chart')),
    names: param.advanced(param.text('', 'Names of the lines, separated by commas')),
    y_log: param.advanced(param.toggle(false, 'Logarithmic y axis')),
    keep: param.advanced(param.integer(2, { min: 0, max: 8 }, 'Number of earlier runs to keep')),
  },
  collects: 'values',
  view: async (inputs, { title, names, y_log, keep }, context) => {
    const given = names.split(',').map((name) => name.trim())
    const slotName = (slot: string) => given[(splitMany(slot)[1] ?? 0) - 1] || slot
    const toLine = ({ slot, x, y }: Series): Line => ({ name: slotName(slot), x, y })
    const values = wiredSlots<Loss | NumberValue | History>(inputs, 'values')
    const histories = values.filter(
      (entry): entry is [string, History] => entry[1].type === 'history',
    )
    const read = await Promise.all(
      histories.map(([slot, history]) => historyLine(slot, history, context.allRounds(slot))),
    )
    // In a loop, every emission sends the line again.
    const whole = context.index === undefined ? read : read.map(boundLine)
    whole.forEach((line) => context.keepLine(line))
    // Read after the lines are stored: a run that was continued is not an earlier run.
    const { series, earlier } = context
    const lines = [...series, ...whole].map(toLine)
    const xLabel =
      series.length === 0 ? historyLabel(histories.map(([, history]) => history)) : undefined
    const kept = earlier
      .slice(0, keep)
      .flatMap((run) => run.map((line) => ({ ...toLine(line), kept: true })))
    return {
      kind: 'chart',
      title,
      xLabel: xLabel ?? (inputs.x?.type === 'timestep' ? 't' : inputs.x ? 'x' : 'step'),
      yLabel: lines.length === 1 ? lines[0].name : '',
      yLog: y_log,
      // Oldest first, so that newer lines are on top.
      lines: [...kept.reverse(), ...lines],
    }
  },
})

/** `rounds`: the losses of all runs of a training inside a loop, which replace those of the last. */
async function historyLine(
  slot: string,
  { losses, t, x = t }: History,
  rounds: Float64Array | undefined,
): Promise<Series> {
  const y = rounds ?? Float64Array.from(await readAll(losses))
  if (!x) return { slot, x: y.map((_, i) => i), y }
  const order = x.map((_, i) => i).sort((a, b) => x[a] - x[b])
  return { slot, x: order.map((i) => x[i]), y: order.map((i) => y[i]) }
}

/** The name of the x axis of histories; undefined for steps, or if they have different axes. */
function historyLabel(histories: readonly History[]): string | undefined {
  const labels = new Set(histories.map(({ t, x, xName }) => (x ? (xName ?? 'x') : t && 't')))
  return labels.size === 1 ? [...labels][0] : undefined
}
