// How far samples are from real data, as distributions.
import type { GaussianFit } from '../../engine/metrics/frechet.ts'
import { fitGaussian, frechetDistance as distanceOf } from '../../engine/metrics/frechet.ts'
import { everyOf, kernelDistance } from '../../engine/metrics/kernel.ts'
import { defineNode } from '../define.ts'
import { compared, comparedInputs, comparedParams, countRows, onceEach } from './features.ts'

/** The kernel distance looks at all pairs: of no more than these. */
const MOST_IN_PAIRS = 1000

export const frechetDistance = defineNode({
  type: 'diffusion/FrechetDistance',
  title: 'Fréchet Distance',
  category: 'evaluate',
  summary: 'How far samples are from real data as distributions: by means and covariances of their features, as FID does it.',
  equation: '|\\mu_a - \\mu_b|^2 + \\mathrm{tr}\\left(A + B - 2 (A B)^{1/2}\\right)',
  source: 'Heusel et al. 2017; kernel distance: Binkowski et al. 2018',
  inputs: comparedInputs,
  outputs: {},
  room: { width: 320, height: 200 },
  params: comparedParams(2000),
  view: async (inputs, params) => {
    const { real, features } = await compared(inputs, params)
    const { dim } = real
    const { fit, halves } = fitted(real)
    const most = (numbers: Float64Array) => numbers.subarray(0, MOST_IN_PAIRS * dim)
    const [count, ofReference] = countRows(real, features, inputs)
    const few = features.length / dim <= dim
    return {
      kind: 'numbers',
      rows: [
        {
          name: 'Fréchet distance',
          value: distanceOf(fitGaussian(features, dim), fit),
          note: `lower is better; ${real.about}`,
        },
        { name: 'between halves of the reference', value: halves, note: 'what chance makes of half as many' },
        {
          name: 'kernel distance',
          value: kernelDistance(most(features), most(real.features), dim),
          note: 'around 0 if they are alike',
        },
        { ...count!, ...(few && { note: `too few for ${dim} features: take more` }) },
        ofReference!,
      ],
    }
  },
})

/** A Gaussian like the reference, and the distance of its first half to its second, taken by turns. */
const fitted = onceEach(({ features, dim }): { fit: GaussianFit; halves: number } => {
  const [even, odd] = [0, 1].map((turn) => fitGaussian(everyOf(features, dim, turn, 2), dim))
  return { fit: fitGaussian(features, dim), halves: distanceOf(even!, odd!) }
})
