// ProjectedGuidance: adaptive projected guidance (APG) with momentum.
import { projectedGuidance as project } from '../../engine/process/guidance.ts'
import { convertPrediction } from '../../engine/process/prediction.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import type { Prediction, Samples } from '../../engine/base/values.ts'
import type { ScheduleValue, Timestep } from '../../engine/process/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { checkComparable, checkSameTypes } from '../process/predictions.ts'
import { rejectPureNoise } from '../sampling/checks.ts'

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

/** The running difference between conditional and unconditional prediction. */
type State = { difference: Tensor } | undefined

export const projectedGuidance = defineNode({
  type: 'diffusion/AdaptiveProjectedGuidance',
  category: 'model',
  summary:
    'Classifier-free guidance for large scales: removes the component of the guidance direction that causes oversaturation, limits its norm, and adds momentum over the steps.',
  aliases: ['apg'],
  equation:
    '\\Delta = c - u, \\quad \\hat{x}_0 = c + (w - 1) (\\Delta_\\perp + \\eta \\, \\Delta_\\parallel)',
  source: 'Sadat et al. 2025, algorithm 1',
  inputs: {
    conditional: slot.prediction('Conditional prediction c, from Predict with a condition'),
    unconditional: slot.prediction('Unconditional prediction u, from Predict without a condition'),
    x_t: slot.samples('Noisy data that both predictions were made for'),
    t: slot.timestep('Timestep of x_t'),
    schedule: slot.schedule('Schedule that the model was trained with'),
  },
  outputs: { prediction: slot.prediction('Guided prediction of x_0') },
  params: {
    scale: param.symbol(
      'w',
      param.real(
        4,
        { min: -100, max: 100, step: 0.1 },
        'Guidance scale w: 1 is no guidance, larger values follow the condition more closely',
      ),
    ),
    eta: param.advanced(
      param.symbol(
        '\\eta',
        param.real(
          0,
          { min: 0, max: 1, step: 0.05, slider: true },
          'Weight of the component parallel to c; 1 is plain guidance',
        ),
      ),
    ),
    norm_threshold: param.advanced(
      param.real(
        0,
        { min: 0, step: 0.5 },
        'Largest norm of the guidance direction of an item; 0: no limit',
      ),
    ),
    momentum: param.advanced(
      param.real(
        0,
        { min: -1, max: 1, step: 0.05 },
        'Momentum over the steps; negative values push away from earlier directions',
      ),
    ),
  },
  stateful: true,
  // A stateful node returns its state beside its outputs; the type of `run` does not include it.
  staticOutputs: (_, { conditional }) => ({
    prediction: conditional && { ...conditional, predicts: 'sample' },
  }),
  check: (_, { conditional, unconditional, schedule, t }) => {
    checkSameTypes(conditional, unconditional, ['conditional', 'unconditional'])
    rejectPureNoise({ slot: 'conditional', prediction: conditional, schedule, times: [t] })
    rejectPureNoise({ slot: 'unconditional', prediction: unconditional, schedule, times: [t] })
  },
  run: ((
    { conditional, unconditional, x_t, t, schedule }: Inputs,
    { scale, eta, norm_threshold: normThreshold, momentum }: Options,
    _: unknown,
    state: State,
  ) => {
    checkComparable(conditional, unconditional, ['conditional', 'unconditional'])
    const levels = levelsAt(schedule.schedule, t)
    const clean = ({ tensor, predicts }: Prediction) =>
      convertPrediction(tensor, x_t.tensor, levels, predicts, 'sample')
    const options = { scale, eta, normThreshold, momentum }
    const { x0, difference } = project(
      clean(conditional),
      clean(unconditional),
      state?.difference,
      options,
    )
    const prediction: Prediction = { ...conditional, tensor: x0, predicts: 'sample' }
    return { outputs: { prediction }, state: { difference } }
  }) as never,
})
