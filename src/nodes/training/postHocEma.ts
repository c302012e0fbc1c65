// PostHocEMA: a weight average whose length is chosen after the training.
import { hostNumber } from '../../engine/base/values.ts'
import { WIDEST } from '../../engine/training/ema.ts'
import { withWeights } from '../../engine/models/tree.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { postHocAverage } from '../../engine/training/postHocEma.ts'
import { namedWeights } from '../../engine/training/trainStep.ts'
import { defineNode, param, slot } from '../define.ts'
import { learnerParam, matchLearner } from './trainable.ts'
import { trainingNodeMessages } from '../../messages/trainingNodes.ts'

/** Largest accepted error of the reconstructed profile, relative to it. */
const MAX_ERROR = 0.5

export const postHocEma = defineNode({
  type: 'diffusion/PostHocEMA',
  title: 'Post-hoc EMA',
  category: 'training',
  summary:
    'Post-hoc EMA: an average of any width, chosen after the training, as a linear combination of stored snapshots of power-function EMAs.',
  aliases: ['edm2 ema', 'power function ema'],
  equation:
    '\\bar\\theta = \\sum_i x_i \\, \\bar\\theta_i, \\quad x = \\arg\\min \\left\\| p_{t, \\gamma} - \\sum_i x_i \\, p_{t_i, \\gamma_i} \\right\\|',
  source: 'Karras et al. 2024, section 3.2 and algorithm 3',
  inputs: {
    model: slot.model(
      'Trained model from TrainingEnd or LoadCheckpoint, whose weights are replaced',
    ),
    training: slot.training(
      'Training with averages of kind power_function; best are two, a narrow and a wide one',
    ),
  },
  outputs: {
    model: slot.model('Model with the averaged weights'),
    error: slot.onHost(
      slot.number('Distance to the requested average: 0 is exact, 1 is unrelated'),
    ),
  },
  params: {
    sigma_rel: param.real(
      0.15,
      { min: 0.005, max: WIDEST, step: 0.005, slider: true },
      'Width of the average, relative to the training',
    ),
    t: param.advanced(
      param.integer(
        0,
        { min: 0, max: 10_000_000 },
        'Optimizer step at which the average ends; 0: the last',
      ),
    ),
    learner: learnerParam,
  },
  staticOutputs: (_, { model }) => ({ model }),
  run: ({ model, training }, { sigma_rel, t, learner: number }) => {
    const { trained, learner } = matchLearner(model, training, number)
    const { averages, updates, weights } = learner
    if (t > updates || updates === 0) {
      throw new NodeError({
        param: 't',
        message: trainingNodeMessages.averageStep({ updates, t: t || 1 }),
        cure: updates
          ? trainingNodeMessages.chooseStep({ updates })
          : trainingNodeMessages.trainFirst(),
      })
    }
    const average = postHocAverage(averages, updates, { t: t || updates, sigma_rel })
    if (average === undefined || average.error > MAX_ERROR) {
      throw new NodeError({
        slot: 'training',
        message: average
          ? trainingNodeMessages.widthOutOfReach({
              width: sigma_rel,
              error: average.error.toFixed(2),
            })
          : trainingNodeMessages.noAverages(),
        cure: trainingNodeMessages.chainEmas(),
      })
    }
    return {
      model: withWeights(model, trained, namedWeights(average.weights, weights)),
      error: hostNumber(average.error),
    }
  },
})
