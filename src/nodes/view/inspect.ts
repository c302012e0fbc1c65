// Any value in numbers.
import { unetRows } from '../../engine/models/unet/summary.ts'
import type { Schedule } from '../../engine/schedule.ts'
import type { StatisticsView } from '../../engine/plan/view.ts'
import { histogramOf, statistics } from '../../engine/statistics.ts'
import type { Condition, Model, SlotType, SlotValues, Value } from '../../engine/values.ts'
import { tensorsOf } from '../../engine/values.ts'
import { any, defineNode } from '../define.ts'
import { read, readAll, shown } from './read.ts'

export const inspect = defineNode({
  type: 'diffusion/Inspect',
  category: 'view',
  summary:
    'Shows any value in numbers: its shape, mean, standard deviation, smallest and largest, how many are NaN, and a histogram.',
  inputs: { value: any('what to look at') },
  outputs: {},
  params: {},
  view: async ({ value }, _, { label }) => {
    const { shape, numbers, notes } = await inspected(value)
    return statisticsView(value.type, shape, numbers, label === undefined ? notes : [...notes, ['at', label]])
  },
})

export interface Inspected {
  shape: number[]
  numbers: ArrayLike<number>
  notes: [string, string][]
}

/** The statistics of some numbers, as an observer shows them. */
export function statisticsView(
  type: string,
  shape: number[],
  numbers: ArrayLike<number>,
  notes: [string, string][],
): StatisticsView {
  const { mean, std, min, max, nan, infinite } = statistics(numbers)
  return {
    kind: 'statistics',
    type,
    shape,
    mean,
    std,
    min,
    max,
    nan,
    histogram: histogramOf(numbers, min, max),
    notes: infinite ? [['infinite', String(infinite)], ...notes] : notes,
  }
}

/** The numbers of any value, and what else there is to say of it. */
export const inspected = (value: Value): Promise<Inspected> => inspectors[value.type](value as never)

const inspectors: { [K in SlotType]: (value: SlotValues[K]) => Promise<Inspected> } = {
  samples: async ({ tensor, space }) => ({ shape: tensor.shape, numbers: await read(tensor), notes: [['space', space]] }),
  noise: async ({ tensor, space }) => ({ shape: tensor.shape, numbers: await read(tensor), notes: [['space', space]] }),
  prediction: async ({ tensor, space, predicts }) => ({
    shape: tensor.shape,
    numbers: await read(tensor),
    notes: [
      ['predicts', predicts],
      ['space', space],
    ],
  }),
  loss: async ({ tensor }) => ({ shape: tensor.shape, numbers: await read(tensor), notes: [] }),
  losses: async ({ tensor }) => ({ shape: tensor.shape, numbers: await read(tensor), notes: [] }),
  weights: async ({ weights }) => ({ shape: [weights.length], numbers: weights, notes: [] }),
  record: async ({ record: { counts, losses, history } }) => ({
    shape: [counts.length, history],
    numbers: losses.filter((_, i) => i % history < counts[Math.floor(i / history)]!),
    notes: [['timesteps with a whole history', String(counts.filter((count) => count === history).length)]],
  }),
  number: async ({ tensor }) => ({ shape: tensor.shape, numbers: await read(tensor), notes: [] }),
  timestep: async ({ t }) => ({ shape: [t.length], numbers: t, notes: [] }),
  timesteps: async ({ t, tPrev }) => ({
    shape: [t.length],
    numbers: t,
    notes: t.length
      ? [
          ['first', `${t[0]} to ${tPrev[0]}`],
          ['last', `${t.at(-1)} to ${tPrev.at(-1)}`],
        ]
      : [],
  }),
  schedule: async ({ schedule }) => inspectSchedule(schedule),
  model: inspectModel,
  labels: inspectLabels,
  condition: inspectCondition,
  dataset: async ({ data, shape, size, space, labels }) => ({
    shape: [size, ...shape],
    numbers: data,
    notes: [['space', space], ...(labels ? labelCounts(labels) : [])],
  }),
  trajectory: async ({ t, frames }) => ({
    shape: frames.at(-1)?.shape ?? [],
    numbers: frames.length ? await read(frames.at(-1)!) : [],
    notes: [['frames', String(frames.length)], ...(t.length ? [['last t', String(t.at(-1))] as [string, string]] : [])],
  }),
  history: async ({ losses }) => {
    const numbers = await readAll(losses)
    return { shape: [numbers.length], numbers, notes: numbers.length ? [['last', shown(numbers.at(-1)!)]] : [] }
  },
  training: async ({ state: { step, weights } }) => {
    const numbers = await readAll(Object.values(weights))
    return { shape: [numbers.length], numbers, notes: [['steps made', String(step)]] }
  },
  attention: async ({ rules }) => ({ shape: [rules.length], numbers: [], notes: rules.flatMap(configNotes) }),
  logits: async ({ tensor }) => ({ shape: tensor.shape, numbers: await read(tensor), notes: [] }),
  optimizer: async ({ config }) => ({ shape: [], numbers: [], notes: configNotes(config) }),
  ema: async ({ configs }) => ({ shape: [configs.length], numbers: [], notes: configs.flatMap(configNotes) }),
  loop: async () => ({ shape: [], numbers: [], notes: [] }),
}

async function inspectModel(model: Model): Promise<Inspected> {
  return { shape: [weightCount(model)], numbers: await readAll(tensorsOf(model)), notes: modelNotes(model) }
}

/** How many numbers there are in the tensors of a value. */
export const weightCount = (value: unknown) => tensorsOf(value).reduce((sum, { size }) => sum + size, 0)

/** What there is to say of a model without reading it. */
export const modelNotes = (model: Model): [string, string][] => [
  ['kind', kindsOf(model).join(' > ')],
  ['predicts', model.predicts],
  ...(model.variance ? ([['variance', model.variance]] as [string, string][]) : []),
  ['weights', `${weightCount(model).toLocaleString('en')} in ${tensorsOf(model).length}`],
  ...unetsIn(model).flatMap(unetRows),
]

const unetsIn = (model: Model): Model[] => (model.kind === 'unet' ? [model] : Object.values(model.children).flatMap(unetsIn))

const kindsOf = (model: Model): string[] => [model.kind, ...Object.values(model.children).flatMap(kindsOf)]

function inspectSchedule(schedule: Schedule): Inspected {
  if (schedule.kind !== 'table') {
    return { shape: [], numbers: [], notes: [['name', schedule.name], ...Object.entries(schedule).flatMap(numberNote)] }
  }
  const { name, T, alphaBar } = schedule
  return {
    shape: [T],
    numbers: alphaBar,
    notes: [
      ['name', name],
      ['alpha-bar, first', shown(alphaBar[0]!)],
      ['alpha-bar, last', shown(alphaBar[T - 1]!)],
    ],
  }
}

const numberNote = ([key, value]: [string, unknown]): [string, string][] =>
  typeof value === 'number' ? [[key, shown(value)]] : []

async function inspectLabels({ labels }: { labels: Int32Array }): Promise<Inspected> {
  return { shape: [labels.length], numbers: labels, notes: labelCounts(labels) }
}

async function inspectCondition({ condition }: Condition): Promise<Inspected> {
  switch (condition.kind) {
    case 'labels': {
      const { labels, perItem = 1 } = condition
      const shape = perItem > 1 ? [labels.length / perItem, perItem] : [labels.length]
      return { shape, numbers: labels, notes: labelCounts(labels) }
    }
    case 'values':
      return { shape: [condition.values.length], numbers: condition.values, notes: [] }
    case 'vectors':
      return { shape: condition.vectors.shape, numbers: await read(condition.vectors), notes: [] }
    case 'tokens':
      return { shape: condition.tokens.shape, numbers: await read(condition.tokens), notes: [] }
  }
}

/** How often each label comes; the first ten of them. */
function labelCounts(labels: Int32Array): [string, string][] {
  const counts = new Map<number, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  const sorted = [...counts].sort(([a], [b]) => a - b)
  return sorted.slice(0, 10).map(([label, count]) => [label < 0 ? 'no label' : `label ${label}`, String(count)])
}

const configNotes = (config: object): [string, string][] => Object.entries(config).map(([name, value]) => [name, String(value)])
