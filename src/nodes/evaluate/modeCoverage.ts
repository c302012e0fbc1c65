// Which modes have been found?
import { modeScores, modesOf } from '../../engine/metrics/modes.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { dataset, defineNode, oneOf } from '../define.ts'
import { checkShapes, lengthOf, numbersIn, sizeOf } from './features.ts'

export const modeCoverage = defineNode({
  type: 'diffusion/ModeCoverage',
  category: 'evaluate',
  summary:
    'How many modes of the data samples have found (each class of the reference is one), and how many samples lie near one: between modes is nothing real.',
  source: 'Srivastava et al. 2017, section 5; Lin et al. 2018',
  inputs: {
    samples: oneOf(['samples', 'noise', 'dataset'], 'what is judged'),
    reference: dataset('real data with labels, such as eight_gaussians of Points'),
  },
  outputs: {},
  room: { width: 320, height: 190 },
  params: {},
  view: async ({ samples, reference }) => {
    checkShapes(samples, reference)
    const { data, labels } = reference
    if (!labels) {
      throw new NodeError({
        slot: 'reference',
        message: 'The data has no labels, so nothing says what its modes are.',
        cure: 'Wire data with classes, such as eight_gaussians of Points.',
      })
    }
    const dim = lengthOf(reference)
    const modes = modesOf(data, labels, dim)
    const count = sizeOf(samples)
    const [found, real] = [await numbersIn(samples, 'samples', count), data].map((items) => modeScores(items, modes, dim))
    return {
      kind: 'numbers',
      rows: [
        { name: 'modes hit', value: found!.hit, note: `of ${modes.shares.length}` },
        { name: 'samples within 3 σ of a mode', value: found!.close, note: `the reference: ${real!.close.toFixed(3)}` },
        {
          name: 'samples in the emptiest mode',
          value: Math.min(...found!.shares),
          note: `the reference: ${Math.min(...modes.shares).toFixed(3)}`,
        },
        // Where no sample is near a mode there are no shares.
        ...(found!.close
          ? [
              {
                name: 'divergence of the shares',
                value: found!.divergence,
                note: 'in nats; 0: as often in each mode as the data',
              },
            ]
          : []),
        { name: 'samples', value: count },
      ],
    }
  },
})
