// A network that is told of noise as Karras et al. do.
import { preconditioned } from '../../engine/models/precondition.ts'
import { preconditionings } from '../../engine/models/preconditioning.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Said } from '../../engine/plan/op.ts'
import type { Model } from '../../engine/values.ts'
import { choice, defineNode, model, real, schedule, when } from '../define.ts'
import { saidBy } from './predicts.ts'

export const precondition = defineNode({
  type: 'diffusion/Precondition',
  category: 'model',
  summary:
    'A model of clean data with a network inside whose input and target have one size at every noise level: its input is scaled, and its output mixed with x_t. Training it trains the network.',
  equation: 'D(x; \\sigma) = c_{skip}(\\sigma) \\, x + c_{out}(\\sigma) \\, F(c_{in}(\\sigma) \\, x; c_{noise}(\\sigma))',
  source: 'Karras et al. 2022, eq. 7 and table 1; consistency: Song et al. 2023, appendix C',
  inputs: {
    model: model('the network F: what it predicts is of no account'),
    schedule: schedule('how much noise t means: that of EDM, or another whose σ is finite'),
  },
  outputs: { model: model('predicts x_0, `sample`') },
  params: {
    preconditioning: choice(
      preconditionings,
      'edm: by the spread of the data; vp, iddpm: F predicts the noise, and is told a time from 0 to 999; ve: F predicts the noise, with minus; consistency: edm, but x itself at sigma_min',
    ),
    sigma_data: when(
      'preconditioning',
      ['edm', 'consistency'],
      real(0.5, { min: 1e-6, max: 1000 }, 'standard deviation of the data: 0.5 for pictures in [-1, 1]'),
    ),
    sigma_min: when(
      'preconditioning',
      'consistency',
      real(0.002, { min: 0, max: 1000, step: 0.001 }, 'the σ at which it gives back what it gets'),
    ),
  },
  foresees: () => ({ model: { ...saidBy({ predicts: 'sample' }), needsSignal: true } }),
  check: (_, { model }) => refuseVariance(model),
  run: ({ model, schedule: { schedule } }, options) => {
    refuseVariance(model)
    return { model: preconditioned(model, { ...options, schedule }) }
  },
})

function refuseVariance(model: Pick<Model | Said, 'variance'> | undefined) {
  if (!model?.variance) return
  throw new NodeError({
    slot: 'model',
    message: 'This model says a variance too, which a preconditioned model has no place for.',
    cure: 'Set `learned_variance` of the model to none.',
  })
}
