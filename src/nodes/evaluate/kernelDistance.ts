// KernelDistance: unbiased MMD of features with a polynomial kernel (KID).
import { viewText } from '../../engine/base/viewTexts.ts'
import type { Estimate } from '../../engine/metrics/kernel.ts'
import { interleavedPart, kernelEstimate } from '../../engine/metrics/kernel.ts'
import { kernelLoss } from '../../engine/metrics/differentiable.ts'
import { defineNode, param, slot } from '../define.ts'
import {
  compareFeatures,
  compareOnDevice,
  comparedInputs,
  comparedParams,
  countRows,
  toMeasurement,
} from './features.ts'

export const kernelDistance = defineNode({
  type: 'diffusion/KernelDistance',
  category: 'evaluate',
  summary:
    'Kernel distance (squared MMD with a cubic kernel) between the features of samples and real data, as in KID. Unbiased, so that few items already give a meaningful value. Compares moments up to the third.',
  aliases: ['kid', 'mmd', 'maximum mean discrepancy'],
  equation: '\\mathrm{MMD}^2 \\text{ of } k(a, b) = \\left(\\tfrac{a \\cdot b}{d} + 1\\right)^3',
  source: 'Binkowski et al. 2018, section 4',
  inputs: comparedInputs,
  outputs: {
    distance: slot.number('Kernel distance of the features'),
    loss: slot.loss(
      'Kernel distance of the items themselves, or of the features of the classifier: differentiable, for a training',
    ),
  },
  room: { width: 320, height: 170 },
  params: {
    ...comparedParams(2000),
    subset_size: param.advanced(
      param.integer(
        100,
        { min: 2, max: 2000 },
        'Items compared at once; shows the mean over such subsets and its standard error',
      ),
    ),
  },
  measure: async (inputs, { subset_size: size, ...params }) => {
    const { real, features } = await compareFeatures(inputs, params)
    const { dim } = real
    const [even, odd] = [0, 1].map((turn) => interleavedPart(real.features, dim, turn, 2))
    const estimate = kernelEstimate(features, real.features, { dim, size })
    return toMeasurement({ distance: estimate.value }, [
      estimateRow(
        viewText('kernelDistance'),
        estimate,
        `${viewText('bestAround', 0)}; ${real.about}`,
      ),
      estimateRow(
        viewText('betweenHalves'),
        kernelEstimate(even, odd, { dim, size }),
        viewText('chance'),
      ),
      ...countRows(real, features, inputs),
    ])
  },
  onDevice: {
    loss: (inputs, { count }) => {
      const [a, b] = compareOnDevice(inputs, count)
      return kernelLoss(a, b)
    },
  },
})

/** The unbiased estimate can be negative. */
const estimateRow = (name: string, { value, error, parts }: Estimate, note: string) => ({
  name,
  value,
  note: parts > 1 ? `± ${Number(error.toPrecision(2))}; ${note}` : note,
})
