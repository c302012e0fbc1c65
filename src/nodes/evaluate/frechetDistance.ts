// FrechetDistance: distance between Gaussians fitted to two sets of features.
import { viewText } from '../../engine/base/viewTexts.ts'
import type { GaussianFit } from '../../engine/metrics/frechet.ts'
import { fitGaussian, frechetDistance as distanceOf } from '../../engine/metrics/frechet.ts'
import { interleavedPart, kernelDistance } from '../../engine/metrics/kernel.ts'
import { defineNode, slot } from '../define.ts'
import {
  compareFeatures,
  comparedInputs,
  comparedParams,
  countRows,
  memoizeByReference,
  toMeasurement,
} from './features.ts'

/** Limit of items for the kernel distance, whose cost is quadratic. */
const MOST_IN_PAIRS = 1000

export const frechetDistance = defineNode({
  type: 'diffusion/FrechetDistance',
  title: 'Fréchet Distance',
  category: 'evaluate',
  summary:
    'Fréchet distance between samples and real data, from means and covariances of their features, as in FID.',
  aliases: ['fid', 'frechet inception distance', 'frechet', 'inception'],
  equation: '|\\mu_a - \\mu_b|^2 + \\mathrm{tr}\\left(A + B - 2 (A B)^{1/2}\\right)',
  source: 'Heusel et al. 2017; kernel distance: Binkowski et al. 2018',
  inputs: comparedInputs,
  outputs: { distance: slot.number('Fréchet distance') },
  room: { width: 320, height: 200 },
  params: comparedParams(2000),
  measure: async (inputs, params) => {
    const { real, features } = await compareFeatures(inputs, params)
    const { dim } = real
    const { fit, halves } = fitted(real)
    const most = (numbers: Float64Array) => numbers.subarray(0, MOST_IN_PAIRS * dim)
    const [count, ofReference] = countRows(real, features, inputs)
    const few = features.length / dim <= dim
    const distance = distanceOf(fitGaussian(features, dim), fit)
    return toMeasurement({ distance }, [
      {
        name: viewText('frechetDistance'),
        value: distance,
        note: `${viewText('lowerIsBetter')}; ${real.about}`,
      },
      {
        name: viewText('betweenHalves'),
        value: halves,
        note: viewText('chanceOfHalf'),
      },
      {
        name: viewText('kernelDistance'),
        value: kernelDistance(most(features), most(real.features), dim),
        note: viewText('equalAround', 0),
      },
      { ...count, ...(few && { note: viewText('tooFew', dim) }) },
      ofReference,
    ])
  },
})

/** The Gaussian fitted to the reference, and the distance between two halves of it (alternating
 * items). */
const fitted = memoizeByReference(({ features, dim }): { fit: GaussianFit; halves: number } => {
  const [even, odd] = [0, 1].map((turn) =>
    fitGaussian(interleavedPart(features, dim, turn, 2), dim),
  )
  return { fit: fitGaussian(features, dim), halves: distanceOf(even, odd) }
})
