// ModeCoverage: modes of a mixture that samples reach.
import { viewText } from '../../engine/base/viewTexts.ts'
import { modeScores, estimateModes } from '../../engine/metrics/modes.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { defineNode, slot } from '../define.ts'
import { checkShapes, itemLength, readNumbers, itemSize, toMeasurement } from './features.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

export const modeCoverage = defineNode({
  type: 'diffusion/ModeCoverage',
  category: 'evaluate',
  summary:
    'Counts the modes of the data that samples cover (each class of the reference is one) and the share of samples close to a mode. Between modes there is no real data.',
  aliases: ['mode collapse', 'mode dropping'],
  source: 'Srivastava et al. 2017, section 5; Lin et al. 2018',
  inputs: {
    samples: slot.oneOf(['samples', 'noise', 'dataset'], 'Samples to evaluate'),
    reference: slot.dataset('Real data with labels, such as eight_gaussians of Points'),
  },
  outputs: {
    modes: slot.number('Number of modes with samples'),
    near: slot.number('Share of samples close to a mode'),
    emptiest: slot.number('Smallest share of a mode among the samples close to one'),
  },
  room: { width: 320, height: 190 },
  params: {},
  measure: async ({ samples, reference }) => {
    checkShapes(samples, reference)
    const { data, labels } = reference
    if (!labels) {
      throw new NodeError({
        slot: 'reference',
        message: evaluateMessages.modesWithoutLabels(),
        cure: evaluateMessages.connectModes(),
      })
    }
    const dim = itemLength(reference)
    const modes = estimateModes(data, labels, dim)
    const count = itemSize(samples)
    const [found, real] = [await readNumbers(samples, 'samples', count), data].map((items) =>
      modeScores(items, modes, dim),
    )
    const emptiest = Math.min(...found.shares)
    return toMeasurement({ modes: found.hit, near: found.close, emptiest }, [
      {
        name: viewText('modesHit'),
        value: found.hit,
        note: viewText('ofAll', modes.shares.length),
      },
      {
        name: viewText('nearMode', 3),
        value: found.close,
        note: viewText('referenceScore', real.close.toFixed(3)),
      },
      {
        name: viewText('emptiestMode'),
        value: emptiest,
        note: viewText('referenceScore', Math.min(...modes.shares).toFixed(3)),
      },
      // Without a sample near any mode, the shares are undefined.
      ...(found.close
        ? [
            {
              name: viewText('modeDivergence'),
              value: found.divergence,
              note: `${viewText('nats')}; ${viewText('equalShares', 0)}`,
            },
          ]
        : []),
      { name: 'samples', value: count },
    ])
  },
})
