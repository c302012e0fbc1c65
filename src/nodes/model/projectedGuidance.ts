// Guidance that does not oversaturate, with a memory of the steps before.
import { projectedGuidance as project } from '../../engine/guidance.ts'
import { convertPrediction } from '../../engine/prediction.ts'
import { levelsAt } from '../../engine/schedule.ts'
import type { Tensor } from '../../engine/tf.ts'
import type { Prediction, Samples, ScheduleValue, Timestep } from '../../engine/values.ts'
import { advanced, defineNode, prediction, real, samples, schedule, timestep, symbol } from '../define.ts'
import { checkAlike, checkKinds } from '../predictions.ts'
import { refuseNothingButNoise } from '../sampling/refusals.ts'

interface Inputs {
  conditional: Prediction
  unconditional: Prediction
  x_t: Samples
  t: Timestep
  schedule: ScheduleValue
}

interface Options {
  scale: number
  eta: number
  norm_threshold: number
  momentum: number
}

/** The running difference c - u. */
type State = { difference: Tensor } | undefined

export const projectedGuidance = defineNode({
  type: 'diffusion/AdaptiveProjectedGuidance',
  category: 'model',
  summary:
    'Classifier-free guidance for large scales: leaves out the part of the difference that only makes pictures more saturated, holds it short, and remembers the steps before.',
  equation: '\\Delta = c - u, \\quad \\hat{x}_0 = c + (w - 1) (\\Delta_\\perp + \\eta \\, \\Delta_\\parallel)',
  source: 'Sadat et al. 2025, algorithm 1',
  inputs: {
    conditional: prediction('c, from Predict with a condition'),
    unconditional: prediction('u, from Predict without'),
    x_t: samples('what both are about'),
    t: timestep('of x_t'),
    schedule: schedule('the one the model was trained with'),
  },
  outputs: { prediction: prediction('guided, of x_0') },
  params: {
    scale: symbol('w', real(4, { min: -100, max: 100, step: 0.1 }, 'w: 1 no guidance, above 1 more of the condition')),
    eta: advanced(
      symbol('\\eta', real(0, { min: 0, max: 1, step: 0.05, slider: true }, 'of the part along c: 1 as plain guidance')),
    ),
    norm_threshold: advanced(real(0, { min: 0, step: 0.5 }, 'the longest difference of an item; 0: no bound')),
    momentum: advanced(real(0, { min: -1, max: 1, step: 0.05 }, 'of earlier differences; -0.5 pushes off from them')),
  },
  stateful: true,
  // A stateful node gives its state beside its outputs, which the type of `run` does not say.
  foresees: (_, { conditional }) => ({ prediction: conditional && { ...conditional, predicts: 'sample' } }),
  check: (_, { conditional, unconditional, schedule, t }) => {
    checkKinds(conditional, unconditional, ['conditional', 'unconditional'])
    refuseNothingButNoise({ slot: 'conditional', said: conditional, schedule, times: [t] })
    refuseNothingButNoise({ slot: 'unconditional', said: unconditional, schedule, times: [t] })
  },
  run: ((
    { conditional, unconditional, x_t, t, schedule }: Inputs,
    { scale, eta, norm_threshold: normThreshold, momentum }: Options,
    _: unknown,
    state: State,
  ) => {
    checkAlike(conditional, unconditional, ['conditional', 'unconditional'])
    const levels = levelsAt(schedule.schedule, t)
    const clean = ({ tensor, predicts }: Prediction) => convertPrediction(tensor, x_t.tensor, levels, predicts, 'sample')
    const options = { scale, eta, normThreshold, momentum }
    const { x0, difference } = project(clean(conditional), clean(unconditional), state?.difference, options)
    const prediction: Prediction = { ...conditional, tensor: x0, predicts: 'sample' }
    return { outputs: { prediction }, state: { difference } }
  }) as never,
})
