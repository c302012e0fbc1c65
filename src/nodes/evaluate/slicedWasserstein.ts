// SlicedWasserstein: mean Wasserstein distance of one-dimensional projections.
import { viewText } from '../../engine/base/viewTexts.ts'
import { slicedWasserstein as distanceOf } from '../../engine/metrics/distributions.ts'
import { interleavedPart } from '../../engine/metrics/kernel.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { defineNode, param, slot } from '../define.ts'
import type { Items } from './features.ts'
import {
  checkShapes,
  countRow,
  itemLength,
  readNumbers,
  featureItemShape,
  itemSize,
  toMeasurement,
} from './features.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

export const slicedWasserstein = defineNode({
  type: 'diffusion/SlicedWasserstein',
  category: 'evaluate',
  summary:
    'Sliced Wasserstein distance between points of any dimension: the mean over directions of the one-dimensional Wasserstein distance. Two halves of the reference give a baseline.',
  aliases: ['swd', 'wasserstein', 'earth mover', 'emd'],
  equation:
    '\\mathbb{E}_\\theta \\int_0^1 | F_a^{-1}(q) - F_b^{-1}(q) | \\, dq \\quad \\text{of the projections on } \\theta',
  source: 'Bonneel et al. 2015',
  inputs: {
    samples: slot.oneOf(['samples', 'noise', 'dataset'], 'Points [n, d] to evaluate'),
    reference: slot.oneOf(['dataset', 'samples', 'noise'], 'Real points'),
  },
  outputs: { distance: slot.number('Sliced Wasserstein distance') },
  room: { width: 320, height: 160 },
  params: {
    directions: param.advanced(
      param.integer(
        64,
        { min: 1, max: 10_000 },
        'Number of projections; in the plane one in each of as many equal sectors',
      ),
    ),
    count: param.advanced(
      param.integer(5000, { min: 2, max: 100_000 }, 'Largest number of points per side'),
    ),
    seed: param.advanced(param.seed('Seed of the directions')),
  },
  measure: async (inputs, { directions, count, seed }) => {
    const { samples, reference } = inputs
    const [points, real] = [
      await pointsIn(samples, 'samples', count),
      await pointsIn(reference, 'reference', count),
    ]
    checkShapes(samples, reference)
    const dim = itemLength(reference)
    const [even, odd] = [0, 1].map((turn) => interleavedPart(real, dim, turn, 2))
    const distance = distanceOf(points, real, directions, seed, dim)
    return toMeasurement({ distance }, [
      {
        name: 'sliced Wasserstein',
        value: distance,
        note: `${viewText('lowerIsBetter')}; ${viewText('planeUnits')}`,
      },
      {
        name: viewText('betweenHalves'),
        value: distanceOf(even, odd, directions, seed, dim),
        note: viewText('chanceOfHalf'),
      },
      countRow('samples', points.length / dim, itemSize(samples)),
      countRow('reference', real.length / dim, itemSize(reference)),
    ])
  },
})

async function pointsIn(items: Items, slot: string, count: number): Promise<Float32Array> {
  if (featureItemShape(items).length === 1) return readNumbers(items, slot, count)
  throw new NodeError({
    slot,
    message: evaluateMessages.vectorItems({ shape: featureItemShape(items) }),
    cure: evaluateMessages.useFrechet(),
  })
}
