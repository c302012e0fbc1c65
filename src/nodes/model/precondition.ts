// Precondition: EDM and related preconditioning around a network (Karras et al. 2022).
import { withPreconditioning } from '../../engine/models/kinds/precondition/precondition.ts'
import { preconditionings } from '../../engine/models/kinds/precondition/config.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { StaticPrediction } from '../../engine/plan/op.ts'
import type { Model } from '../../engine/models/model.ts'
import { defineNode, param, slot } from '../define.ts'
import { modelFacts } from './predicts.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'

export const precondition = defineNode({
  type: 'diffusion/Precondition',
  category: 'model',
  summary:
    'EDM preconditioning: wraps a network so that its inputs and targets have unit variance at every noise level. The result predicts clean data; training it trains the network inside.',
  aliases: ['edm preconditioning', 'c_skip', 'c_out', 'c_in'],
  equation:
    'D(x; \\sigma) = c_{skip}(\\sigma) \\, x + c_{out}(\\sigma) \\, F(c_{in}(\\sigma) \\, x; c_{noise}(\\sigma))',
  source: 'Karras et al. 2022, eq. 7 and table 1; consistency: Song et al. 2023, appendix C',
  inputs: {
    model: slot.model('Network F; its prediction type does not matter'),
    schedule: slot.schedule(
      'Schedule that defines the noise level at t: SigmaSchedule, or another with finite σ',
    ),
  },
  outputs: { model: slot.model('Model that predicts x_0 (`sample`)') },
  params: {
    preconditioning: param.choice(preconditionings, 'Scaling of inputs and outputs', {
      edm: 'From the standard deviation of the data',
      vp: 'F predicts the noise, with time 0 to 999 (variance preserving)',
      ve: 'F predicts the negative noise (variance exploding)',
      iddpm: 'F predicts the noise, with time 0 to 999 (improved DDPM)',
      consistency: 'edm, but the identity at sigma_min',
    }),
    sigma_data: param.when(
      'preconditioning',
      ['edm', 'consistency'],
      param.real(
        0.5,
        { min: 1e-6, max: 1000 },
        'Standard deviation of the data: 0.5 for images in [-1, 1]',
      ),
    ),
    sigma_min: param.when(
      'preconditioning',
      'consistency',
      param.real(
        0.002,
        { min: 0, max: 1000, step: 0.001 },
        'Noise level σ at which the model returns its input',
      ),
    ),
  },
  staticOutputs: () => ({ model: { ...modelFacts({ predicts: 'sample' }), needsSignal: true } }),
  check: (_, { model }) => rejectLearnedVariance(model),
  run: ({ model, schedule: { schedule } }, options) => {
    rejectLearnedVariance(model)
    return { model: withPreconditioning(model, { ...options, schedule }) }
  },
})

function rejectLearnedVariance(model: Pick<Model | StaticPrediction, 'variance'> | undefined) {
  if (!model?.variance) return
  throw new NodeError({
    slot: 'model',
    message: modelNodeMessages.preconditionVariance(),
    cure: modelNodeMessages.noLearnedVariance(),
  })
}
