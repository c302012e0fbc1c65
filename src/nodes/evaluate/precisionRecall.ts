// PrecisionRecall: k-nearest-neighbour precision, recall, density and coverage.
import { viewText } from '../../engine/base/viewTexts.ts'
import type { ManifoldScores } from '../../engine/metrics/manifold.ts'
import { interleavedPart } from '../../engine/metrics/kernel.ts'
import { manifoldScores } from '../../engine/metrics/manifold.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { defineNode, param, slot } from '../define.ts'
import {
  compareFeatures,
  comparedInputs,
  comparedParams,
  countRows,
  toMeasurement,
} from './features.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

export const precisionRecall = defineNode({
  type: 'diffusion/PrecisionRecall',
  category: 'evaluate',
  summary:
    'Separates two errors that a distance combines: samples that are not realistic (precision, density) and real data that no sample resembles (recall, coverage).',
  aliases: ['fidelity and diversity', 'density coverage', 'improved precision'],
  source:
    'precision and recall: Kynkäänniemi et al. 2019, eq. 1 and 2; density and coverage: Naeem et al. 2020, eq. 3 and 4',
  inputs: comparedInputs,
  outputs: {
    precision: slot.number('Share of samples inside the balls of real items'),
    recall: slot.number('Share of real items inside the balls of samples'),
    density: slot.number('Balls of real items around a sample, divided by k'),
    coverage: slot.number('Share of real items with a sample in their ball'),
  },
  room: { width: 320, height: 240 },
  params: {
    ...comparedParams(1000),
    k: param.integer(
      3,
      { min: 1, max: 100 },
      'Each item stands for a ball up to its k-th nearest neighbour',
    ),
  },
  measure: async (inputs, { k, ...params }) => {
    const { real, features } = await compareFeatures(inputs, params)
    const { dim } = real
    checkCounts(k, features.length / dim, real.features.length / dim)
    const scores = manifoldScores(features, real.features, { dim, k })
    const [even, odd] = [0, 1].map((turn) => interleavedPart(real.features, dim, turn, 2))
    const halves = manifoldScores(even, odd, { dim, k })
    const row = (name: keyof ManifoldScores) => ({
      name,
      value: scores[name],
      note: viewText('halvesScore', halves[name].toFixed(3)),
    })
    const { precision, recall, density, coverage } = scores
    return toMeasurement({ precision, recall, density, coverage }, [
      row('precision'),
      row('recall'),
      row('density'),
      row('coverage'),
      ...countRows(real, features, inputs),
    ])
  },
})

/** Checks that samples, reference and the halves of the reference have more than k items. */
function checkCounts(k: number, samples: number, reference: number) {
  const least = Math.min(samples, Math.floor(reference / 2))
  if (least > k) return
  throw new NodeError({
    slot: samples <= k ? 'samples' : 'reference',
    message: evaluateMessages.neighbours({ k, samples, reference }),
    cure: evaluateMessages.lowerK(),
  })
}
