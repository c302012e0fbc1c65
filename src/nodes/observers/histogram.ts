// Histogram: the distribution of the numbers of batches, or of numbers over a loop.
import { splitMany } from '../../engine/base/ids.ts'
import { barOutline, computeDensity, findRange } from '../../engine/base/histogram.ts'
import { viewText } from '../../engine/base/viewTexts.ts'
import type { ChartView } from '../../engine/base/view.ts'
import type { ItemLosses, Noise, Prediction, Samples } from '../../engine/base/values.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { defineNode, param, slot } from '../define.ts'
import { readFirst, wiredSlots } from './read.ts'

/** Limit on the numbers of a batch that are read back. */
const MOST_NUMBERS = 1_000_000

type Batch = Samples | Noise | Prediction | Dataset | ItemLosses

export const histogram = defineNode({
  type: 'diffusion/Histogram',
  category: 'view',
  summary:
    'Histograms of all numbers of batches, or of one number over the iterations of a loop, as densities.',
  aliases: ['hist', 'distribution'],
  inputs: {
    values: slot.many(
      slot.optional(
        slot.oneOf(
          ['samples', 'noise', 'prediction', 'dataset', 'losses'],
          'All numbers of a batch or a data set',
        ),
      ),
    ),
    numbers: slot.many(slot.optional(slot.number('One number per iteration of a loop'))),
  },
  outputs: {},
  params: {
    names: param.advanced(param.text('', 'Names of the histograms, separated by commas')),
    bins: param.integer(50, { min: 2, max: 1000 }, 'Number of intervals'),
    range_min: param.advanced(param.real(0, {}, 'Lower end; both ends 0: fits the numbers')),
    range_max: param.advanced(param.real(0, {}, 'Upper end')),
    y_log: param.advanced(param.toggle(false, 'Logarithmic y axis')),
  },
  collects: 'numbers',
  view: async (inputs, { names, bins, range_min, range_max, y_log }, { label, series }) => {
    const given = names.split(',').map((name) => name.trim())
    const batches = await Promise.all(
      wiredSlots<Batch>(inputs, 'values').map(async ([slot, value]) => ({
        slot,
        numbers: await readBatch(value),
      })),
    )
    const sets = [
      ...batches,
      ...series.map(({ slot, y }) => ({ slot, numbers: y as ArrayLike<number> })),
    ]
    const [min, max] =
      range_min < range_max ? [range_min, range_max] : findRange(sets.map(({ numbers }) => numbers))
    const view: ChartView = {
      kind: 'chart',
      title: label ?? '',
      xLabel: '',
      yLabel: viewText('density'),
      yLog: y_log,
      smoothing: 0,
      lines: sets.map(({ slot, numbers }, i) => ({
        name: given[i] || nameSlot(slot),
        ...barOutline(computeDensity(numbers, { bins, min, max }), min, max),
      })),
    }
    return view
  },
})

async function readBatch(value: Batch): Promise<Float32Array> {
  if (value.type === 'dataset') return value.data.subarray(0, MOST_NUMBERS)
  const perItem = value.tensor.size / Math.max(1, value.tensor.shape[0])
  return readFirst(value.tensor, Math.max(1, Math.floor(MOST_NUMBERS / perItem)))
}

/** "values 2" for the slot values_2. */
const nameSlot = (slot: string) => splitMany(slot).filter(Boolean).join(' ')
