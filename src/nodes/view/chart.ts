// Numbers that change while a loop runs, as lines.
import type { Series } from '../../engine/plan/op.ts'
import type { ChartView } from '../../engine/plan/view.ts'
import type { History, Loss, NumberValue } from '../../engine/values.ts'
import { advanced, defineNode, integer, many, oneOf, optional, text, toggle } from '../define.ts'
import { readAll, wired } from './read.ts'

type Line = ChartView['lines'][number]

export const chart = defineNode({
  type: 'diffusion/Chart',
  category: 'view',
  summary: 'Draws numbers as lines: the loss of every step, a distance at every t. Lines of earlier runs stay behind.',
  inputs: {
    values: many(
      oneOf(['loss', 'number', 'history'], 'a line: one number at every iteration, or a whole history, over t where it has one'),
    ),
    x: optional(oneOf(['number', 'timestep'], 'where each value belongs; unwired: the iteration')),
  },
  outputs: {},
  params: {
    title: advanced(text('', 'above the chart')),
    names: advanced(text('', 'of the lines, with commas between')),
    y_log: advanced(toggle(false, 'logarithmic height')),
    keep: advanced(integer(2, { min: 0, max: 8 }, 'how many earlier runs stay')),
  },
  collects: 'values',
  view: async (inputs, { title, names, y_log, keep }, context) => {
    const given = names.split(',').map((name) => name.trim())
    const nameOf = (slot: string) => given[Number(slot.split('_').at(-1)) - 1] || slot
    const lineOf = ({ slot, x, y }: Series): Line => ({ name: nameOf(slot), x, y })
    const values = wired<Loss | NumberValue | History>(inputs, 'values')
    const histories = values.filter((entry): entry is [string, History] => entry[1].type === 'history')
    const whole = await Promise.all(histories.map(([slot, history]) => historyLine(slot, history)))
    whole.forEach((line) => context.keep(line))
    // Only now: what went on is no earlier run.
    const { series, earlier } = context
    const lines = [...series, ...whole].map(lineOf)
    const timed = histories.length > 0 && series.length === 0 && histories.every(([, { t }]) => t)
    const kept = earlier.slice(0, keep).flatMap((run) => run.map((line) => ({ ...lineOf(line), kept: true })))
    return {
      kind: 'chart',
      title,
      xLabel: timed || inputs.x?.type === 'timestep' ? 't' : inputs.x ? 'x' : 'step',
      yLabel: lines.length === 1 ? lines[0]!.name : '',
      yLog: y_log,
      // Oldest first: what is drawn later lies above.
      lines: [...kept.reverse(), ...lines],
    }
  },
})

async function historyLine(slot: string, { losses, t }: History): Promise<Series> {
  const y = Float64Array.from(await readAll(losses))
  if (!t) return { slot, x: y.map((_, i) => i), y }
  const order = t.map((_, i) => i).sort((a, b) => t[a]! - t[b]!)
  return { slot, x: order.map((i) => t[i]!), y: order.map((i) => y[i]!) }
}
