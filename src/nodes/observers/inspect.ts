// Statistics of any value.
import { viewText } from '../../engine/base/viewTexts.ts'
import type { Schedule } from '../../engine/process/schedule.ts'
import type { StatisticsView } from '../../engine/base/view.ts'
import { computeHistogram, computeStatistics } from '../../engine/base/statistics.ts'
import { countTokens } from '../../engine/datasets/vocabulary.ts'
import { countItems, findNumbers, partTensor } from '../../engine/models/condition.ts'
import type { Condition, ConditionPart, Vocabulary } from '../../engine/base/values.ts'
import type { Model } from '../../engine/models/model.ts'
import type { SlotType, SlotValues, Value } from '../../engine/plan/slotValues.ts'
import { collectTensors } from '../../engine/base/values.ts'
import { defineNode, slot } from '../define.ts'
import { networkRows } from '../layers/networkRows.ts'
import { readTensor, readAll, shortNumber } from './read.ts'

export const inspect = defineNode({
  type: 'diffusion/Inspect',
  category: 'view',
  summary:
    'Shows the statistics of any value: shape, mean, standard deviation, minimum, maximum, number of NaN, and a histogram.',
  aliases: ['print', 'debug', 'tensor.shape', 'PreviewAny', 'show any', 'tensor stats'],
  inputs: { value: slot.any('Value to inspect') },
  outputs: {},
  params: {},
  view: async ({ value }, _, { label }) => {
    const { shape, numbers, notes } = await inspectValue(value)
    return statisticsView(
      value.type,
      shape,
      numbers,
      label === undefined ? notes : [...notes, [viewText('at'), label]],
    )
  },
})

export interface Inspection {
  shape: number[]
  numbers: ArrayLike<number>
  notes: [string, string][]
}

/** Statistics of numbers, as a view. */
export function statisticsView(
  type: string,
  shape: number[],
  numbers: ArrayLike<number>,
  notes: [string, string][],
): StatisticsView {
  const { mean, std, min, max, nan, infinite } = computeStatistics(numbers)
  return {
    kind: 'statistics',
    type,
    shape,
    mean,
    std,
    min,
    max,
    nan,
    histogram: computeHistogram(numbers, min, max),
    notes: infinite ? [[viewText('infinite'), String(infinite)], ...notes] : notes,
  }
}

/** All numbers of a value, its shape, and notes about it. */
export const inspectValue = (value: Value): Promise<Inspection> =>
  inspectors[value.type](value as never)

const inspectors: { [K in SlotType]: (value: SlotValues[K]) => Promise<Inspection> } = {
  samples: async ({ tensor, space }) => ({
    shape: tensor.shape,
    numbers: await readTensor(tensor),
    notes: [['space', space]],
  }),
  noise: async ({ tensor, space }) => ({
    shape: tensor.shape,
    numbers: await readTensor(tensor),
    notes: [['space', space]],
  }),
  prediction: async ({ tensor, space, predicts }) => ({
    shape: tensor.shape,
    numbers: await readTensor(tensor),
    notes: [
      ['predicts', predicts],
      ['space', space],
    ],
  }),
  loss: async ({ tensor }) => ({
    shape: tensor.shape,
    numbers: await readTensor(tensor),
    notes: [],
  }),
  losses: async ({ tensor }) => ({
    shape: tensor.shape,
    numbers: await readTensor(tensor),
    notes: [],
  }),
  weights: async ({ weights }) => ({ shape: [weights.length], numbers: weights, notes: [] }),
  record: async ({ record: { counts, losses, history } }) => ({
    shape: [counts.length, history],
    numbers: losses.filter((_, i) => i % history < counts[Math.floor(i / history)]),
    notes: [[viewText('fullHistory'), String(counts.filter((count) => count === history).length)]],
  }),
  number: async ({ tensor, value }) => ({
    shape: tensor.shape,
    numbers: value === undefined ? await readTensor(tensor) : [value],
    notes: [],
  }),
  text: async ({ text }) => ({ shape: [], numbers: [], notes: [['text', text]] }),
  timestep: async ({ t }) => ({ shape: [t.length], numbers: t, notes: [] }),
  timesteps: async ({ t, tPrev }) => ({
    shape: [t.length],
    numbers: t,
    notes: t.length
      ? [
          [viewText('first'), `${t[0]} to ${tPrev[0]}`],
          [viewText('last'), `${t.at(-1)} to ${tPrev.at(-1)}`],
        ]
      : [],
  }),
  schedule: async ({ schedule }) => inspectSchedule(schedule),
  model: inspectModel,
  labels: inspectLabels,
  tokens: async ({ tensor, vocabulary }) => ({
    shape: tensor.shape,
    numbers: await readTensor(tensor),
    notes: vocabularyRows(vocabulary),
  }),
  condition: inspectCondition,
  dataset: async ({ data, shape, size, space, labels }) => ({
    shape: [size, ...shape],
    numbers: data,
    notes: [['space', space], ...(labels ? labelCounts(labels) : [])],
  }),
  trajectory: async ({ t, frames }) => {
    const last = frames.at(-1)
    return {
      shape: last?.shape ?? [],
      numbers: last ? await readTensor(last) : [],
      notes: [
        [viewText('frames'), String(frames.length)],
        ...(t.length ? [[viewText('lastT'), String(t.at(-1))] as [string, string]] : []),
      ],
    }
  },
  history: async ({ losses }) => {
    const numbers = await readAll(losses)
    const last = numbers.at(-1)
    return {
      shape: [numbers.length],
      numbers,
      notes: last === undefined ? [] : [[viewText('last'), shortNumber(last)]],
    }
  },
  training: async ({ state: { step, weights } }) => {
    const numbers = await readAll(Object.values(weights))
    return { shape: [numbers.length], numbers, notes: [[viewText('stepsDone'), String(step)]] }
  },
  features: async ({ operation: { op, name }, shape }) => ({
    shape: shape.map((size) => (size === 'n' ? 0 : size)),
    numbers: [],
    notes: [
      [viewText('layer'), name ?? op],
      [viewText('shapeOfItem'), `[b, ${shape.join(', ')}]`],
    ],
  }),
  vocabulary: async (vocabulary) => ({
    shape: [countTokens(vocabulary)],
    numbers: [],
    notes: vocabularyRows(vocabulary),
  }),
  attention: async ({ rules }) => ({
    shape: [rules.length],
    numbers: [],
    notes: rules.flatMap(configNotes),
  }),
  logits: async ({ tensor }) => ({
    shape: tensor.shape,
    numbers: await readTensor(tensor),
    notes: [],
  }),
  optimizer: async ({ config }) => ({ shape: [], numbers: [], notes: configNotes(config) }),
  ema: async ({ configs }) => ({
    shape: [configs.length],
    numbers: [],
    notes: configs.flatMap(configNotes),
  }),
  loop: async () => ({ shape: [], numbers: [], notes: [] }),
}

async function inspectModel(model: Model): Promise<Inspection> {
  return {
    shape: [weightCount(model)],
    numbers: await readAll(collectTensors(model)),
    notes: modelNotes(model),
  }
}

/** Total size of the tensors in a value. */
export const weightCount = (value: unknown) =>
  collectTensors(value).reduce((sum, { size }) => sum + size, 0)

/** Facts about a vocabulary. */
export const vocabularyRows = ({ words, length, unit }: Vocabulary): [string, string][] => [
  [viewText(unit === 'character' ? 'characters' : 'words'), words.length.toLocaleString('en')],
  [
    viewText(unit === 'character' ? 'firstCharacters' : 'frequentWords'),
    words.slice(0, unit === 'character' ? 30 : 5).join(unit === 'character' ? ' ' : ', '),
  ],
  [viewText(unit === 'character' ? 'charactersPerWord' : 'wordsPerCaption'), String(length)],
]

/** Notes about a model that need no reading of its weights. */
export const modelNotes = (model: Model): [string, string][] => [
  ['kind', modelKinds(model).join(' > ')],
  ['predicts', model.predicts],
  ...(model.variance ? ([['variance', model.variance]] as [string, string][]) : []),
  ['weights', `${weightCount(model).toLocaleString('en')} in ${collectTensors(model).length}`],
  ...rowsInside(model),
]

/** Rows about the networks in a model. */
const rowsInside = (model: Model): [string, string][] =>
  networkRows(model) ?? Object.values(model.children).flatMap(rowsInside)

const modelKinds = (model: Model): string[] => [
  model.kind,
  ...Object.values(model.children).flatMap(modelKinds),
]

function inspectSchedule(schedule: Schedule): Inspection {
  if (schedule.kind !== 'table') {
    return {
      shape: [],
      numbers: [],
      notes: [['name', schedule.name], ...Object.entries(schedule).flatMap(numberNote)],
    }
  }
  const { name, T, alphaBar } = schedule
  return {
    shape: [T],
    numbers: alphaBar,
    notes: [
      ['name', name],
      ['alpha-bar, first', shortNumber(alphaBar[0])],
      ['alpha-bar, last', shortNumber(alphaBar[T - 1])],
    ],
  }
}

const numberNote = ([key, value]: [string, unknown]): [string, string][] =>
  typeof value === 'number' ? [[key, shortNumber(value)]] : []

async function inspectLabels({ labels }: { labels: Int32Array }): Promise<Inspection> {
  return { shape: [labels.length], numbers: labels, notes: labelCounts(labels) }
}

async function inspectCondition({ condition }: Condition): Promise<Inspection> {
  if (condition.kind !== 'joint') return inspectPart(condition)
  const parts = await Promise.all(condition.parts.map(inspectPart))
  return {
    shape: [countItems(condition)],
    numbers: parts.flatMap(({ numbers }) => Array.from(numbers)),
    notes: condition.parts.map(({ kind }, i) => [kind, `[${parts[i].shape.join(', ')}]`]),
  }
}

async function inspectPart(part: ConditionPart): Promise<Inspection> {
  const tensor = partTensor(part)
  if (tensor) return { shape: tensor.shape, numbers: await readTensor(tensor), notes: [] }
  if (part.kind === 'labels') {
    const { labels, perItem = 1 } = part
    const shape = perItem > 1 ? [labels.length / perItem, perItem] : [labels.length]
    return { shape, numbers: labels, notes: labelCounts(labels) }
  }
  const numbers = findNumbers(part)?.t ?? []
  return { shape: [numbers.length], numbers, notes: [] }
}

/** Counts of the first ten labels. */
function labelCounts(labels: Int32Array): [string, string][] {
  const counts = new Map<number, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  const sorted = [...counts].sort(([a], [b]) => a - b)
  return sorted
    .slice(0, 10)
    .map(([label, count]) => [
      label < 0 ? viewText('noLabel') : viewText('label', label),
      String(count),
    ])
}

const configNotes = (config: object): [string, string][] =>
  Object.entries(config).map(([name, value]) => [name, String(value)])
