// Do samples look real, and do they show all that is real?
import type { ManifoldScores } from '../../engine/metrics/manifold.ts'
import { everyOf } from '../../engine/metrics/kernel.ts'
import { manifoldScores } from '../../engine/metrics/manifold.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { defineNode, integer } from '../define.ts'
import { compared, comparedInputs, comparedParams, countRows } from './features.ts'

export const precisionRecall = defineNode({
  type: 'diffusion/PrecisionRecall',
  category: 'evaluate',
  summary:
    'Tells two faults apart that a distance adds up: samples that look like nothing real (precision, density), and real things that no sample shows (recall, coverage).',
  source: 'precision and recall: Kynkäänniemi et al. 2019, eq. 1 and 2; density and coverage: Naeem et al. 2020, eq. 3 and 4',
  inputs: comparedInputs,
  outputs: {},
  room: { width: 320, height: 240 },
  params: {
    ...comparedParams(1000),
    k: integer(3, { min: 1, max: 100 }, 'each item stands for a ball that reaches to its k-th neighbour'),
  },
  view: async (inputs, { k, ...params }) => {
    const { real, features } = await compared(inputs, params)
    const { dim } = real
    checkCounts(k, features.length / dim, real.features.length / dim)
    const scores = manifoldScores(features, real.features, { dim, k })
    const [even, odd] = [0, 1].map((turn) => everyOf(real.features, dim, turn, 2))
    const halves = manifoldScores(even!, odd!, { dim, k })
    const row = (name: keyof ManifoldScores) => ({
      name,
      value: scores[name],
      note: `between halves of the reference: ${halves[name].toFixed(3)}`,
    })
    return {
      kind: 'numbers',
      rows: [row('precision'), row('recall'), row('density'), row('coverage'), ...countRows(real, features, inputs)],
    }
  },
})

/** The halves of the reference have to have more than k items as well. */
function checkCounts(k: number, samples: number, reference: number) {
  const least = Math.min(samples, Math.floor(reference / 2))
  if (least > k) return
  throw new NodeError({
    slot: samples <= k ? 'samples' : 'reference',
    message: `The ${k}-th neighbour takes more than ${k} samples and twice as many real items, got ${samples} and ${reference}.`,
    cure: 'Wire more, or lower k.',
  })
}
