// ChamferDistance: mean distance of each item to the nearest item of the other set.
import { viewText } from '../../engine/base/viewTexts.ts'
import { chamferDistance as distanceOf } from '../../engine/metrics/differentiable.ts'
import { runTidied } from '../../engine/base/memory.ts'
import { defineNode, param, slot } from '../define.ts'
import { readTensor } from '../observers/read.ts'
import {
  compareOnDevice,
  countRow,
  itemSize,
  toMeasurement,
  type ComparedInputs,
} from './features.ts'

export const chamferDistance = defineNode({
  type: 'diffusion/ChamferDistance',
  category: 'evaluate',
  summary:
    'Chamfer distance between two sets: the mean squared distance of each item to the nearest item of the other set, in both directions. Differentiable, also as a loss.',
  aliases: ['point cloud distance'],
  equation: '\\frac{1}{n} \\sum_a \\min_b |a - b|^2 + \\frac{1}{m} \\sum_b \\min_a |a - b|^2',
  source: 'Fan et al. 2017, eq. 1, with means',
  inputs: {
    samples: slot.oneOf(['samples', 'noise', 'dataset'], 'Samples to evaluate'),
    reference: slot.oneOf(['dataset', 'samples', 'noise'], 'Real data to compare with'),
  },
  outputs: { distance: slot.loss('Chamfer distance') },
  room: { width: 320, height: 120 },
  params: {
    count: param.advanced(
      param.integer(
        1000,
        { min: 2, max: 10_000 },
        'Largest number of items per side; of larger data sets, evenly spaced ones',
      ),
    ),
  },
  measure: async (inputs, { count }) => {
    const { samples, reference } = inputs
    const tensor = runTidied(() => measureChamfer(inputs, count))
    const [distance] = await readTensor(tensor).finally(() => tensor.dispose())
    const most = (items: typeof samples) => Math.min(count, itemSize(items))
    return toMeasurement({ distance }, [
      { name: viewText('chamferDistance'), value: distance, note: viewText('lowerIsBetter') },
      countRow('samples', most(samples), itemSize(samples)),
      countRow('reference', most(reference), itemSize(reference)),
    ])
  },
  onDevice: { distance: (inputs, { count }) => measureChamfer(inputs, count) },
})

const measureChamfer = (inputs: ComparedInputs, count: number) => {
  const [a, b] = compareOnDevice(inputs, count)
  return distanceOf(a, b)
}
