// How far points have to be moved to become others.
import { slicedWasserstein as distanceOf } from '../../engine/metrics/distributions.ts'
import { everyOf } from '../../engine/metrics/kernel.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { advanced, defineNode, integer, oneOf, seed } from '../define.ts'
import type { Items } from './features.ts'
import { countRow, numbersIn, shapeOf, sizeOf } from './features.ts'

export const slicedWasserstein = defineNode({
  type: 'diffusion/SlicedWasserstein',
  category: 'evaluate',
  summary:
    'How far points of the plane have to be moved, on average over directions, to be spread as real ones are; beside it how far two halves of the real ones are apart.',
  equation: '\\mathbb{E}_\\theta \\int_0^1 | F_a^{-1}(q) - F_b^{-1}(q) | \\, dq \\quad \\text{of the projections on } \\theta',
  source: 'Bonneel et al. 2015',
  inputs: {
    samples: oneOf(['samples', 'noise', 'dataset'], 'points [n, 2] that are judged'),
    reference: oneOf(['dataset', 'samples', 'noise'], 'real points'),
  },
  outputs: {},
  room: { width: 320, height: 160 },
  params: {
    directions: advanced(integer(64, { min: 1, max: 10_000 }, 'how many projections, one in each of as many equal sectors')),
    count: advanced(integer(5000, { min: 2, max: 100_000 }, 'points on each side, at most')),
    seed: advanced(seed('of the directions')),
  },
  view: async (inputs, { directions, count, seed }) => {
    const { samples, reference } = inputs
    const [points, real] = [await pointsIn(samples, 'samples', count), await pointsIn(reference, 'reference', count)]
    const [even, odd] = [0, 1].map((turn) => everyOf(real, 2, turn, 2))
    return {
      kind: 'numbers',
      rows: [
        {
          name: 'sliced Wasserstein',
          value: distanceOf(points, real, directions, seed),
          note: 'lower is better; in units of the plane',
        },
        {
          name: 'between halves of the reference',
          value: distanceOf(even!, odd!, directions, seed),
          note: 'what chance makes of half as many',
        },
        countRow('samples', points.length / 2, sizeOf(samples)),
        countRow('reference', real.length / 2, sizeOf(reference)),
      ],
    }
  },
})

async function pointsIn(items: Items, slot: string, count: number): Promise<Float32Array> {
  if (String(shapeOf(items)) === '2') return numbersIn(items, slot, count)
  throw new NodeError({
    slot,
    message: `Expected points in the plane, items of shape [2], got items of shape [${shapeOf(items)}].`,
    cure: 'Wire points, or judge pictures with FrechetDistance.',
  })
}
