// How far samples are from real data, without taking their features for Gaussians.
import type { Estimate } from '../../engine/metrics/kernel.ts'
import { everyOf, kernelEstimate } from '../../engine/metrics/kernel.ts'
import { advanced, defineNode, integer } from '../define.ts'
import { compared, comparedInputs, comparedParams, countRows } from './features.ts'

export const kernelDistance = defineNode({
  type: 'diffusion/KernelDistance',
  category: 'evaluate',
  summary:
    'How far samples are from real data as distributions, by all pairs of features, as KID does it: without bias, so few items already tell something. It sees moments up to the third alone.',
  equation: '\\mathrm{MMD}^2 \\text{ of } k(a, b) = \\left(\\tfrac{a \\cdot b}{d} + 1\\right)^3',
  source: 'Binkowski et al. 2018, section 4',
  inputs: comparedInputs,
  outputs: {},
  room: { width: 320, height: 170 },
  params: {
    ...comparedParams(2000),
    subset_size: advanced(
      integer(100, { min: 2, max: 2000 }, 'items compared at once; the mean over such parts is shown, and how sure it is'),
    ),
  },
  view: async (inputs, { subset_size: size, ...params }) => {
    const { real, features } = await compared(inputs, params)
    const { dim } = real
    const [even, odd] = [0, 1].map((turn) => everyOf(real.features, dim, turn, 2))
    return {
      kind: 'numbers',
      rows: [
        row('kernel distance', kernelEstimate(features, real.features, { dim, size }), `around 0 is best; ${real.about}`),
        row('between halves of the reference', kernelEstimate(even!, odd!, { dim, size }), 'what chance makes of it'),
        ...countRows(real, features, inputs),
      ],
    }
  },
})

/** A number below 0 is no mistake: without bias, chance may lead there. */
const row = (name: string, { value, error, parts }: Estimate, note: string) => ({
  name,
  value,
  note: parts > 1 ? `± ${Number(error.toPrecision(2))}; ${note}` : note,
})
