// An average of the weights that nobody had to choose before the training.
import { WIDEST } from '../../engine/ema.ts'
import { withWeights } from '../../engine/models/tree.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { postHocAverage } from '../../engine/postHocEma.ts'
import { tf } from '../../engine/tf.ts'
import { namedWeights } from '../../engine/training.ts'
import { advanced, defineNode, integer, model, number, real, training } from '../define.ts'
import { learnerAlike } from './learner.ts'

/** Less than that of the profile is met: the numbers would mean little. */
const MOST_ERROR = 0.5

export const postHocEma = defineNode({
  type: 'diffusion/PostHocEMA',
  title: 'Post-hoc EMA',
  category: 'training',
  summary:
    'An average of any width, chosen after the training: a sum of the averages that its power-function EMAs kept on the way.',
  equation:
    '\\bar\\theta = \\sum_i x_i \\, \\bar\\theta_i, \\quad x = \\arg\\min \\left\\| p_{t, \\gamma} - \\sum_i x_i \\, p_{t_i, \\gamma_i} \\right\\|',
  source: 'Karras et al. 2024, section 3.2 and algorithm 3',
  inputs: {
    model: model('that was trained, from TrainingEnd or LoadCheckpoint; its weights are replaced'),
    training: training('with averages of the kind power_function: best two, one narrow and one wide'),
  },
  outputs: {
    model: model('with the averaged weights'),
    error: number('how far the average is from the one asked for: 0 the same, 1 nothing of it'),
  },
  params: {
    sigma_rel: real(
      0.15,
      { min: 0.005, max: WIDEST, step: 0.005, slider: true },
      'width of what is averaged, as a share of the training',
    ),
    t: advanced(integer(0, { min: 0, max: 10_000_000 }, 'which step of the optimizer the average ends at; 0: the last one')),
  },
  foresees: (_, { model }) => ({ model }),
  run: ({ model, training }, { sigma_rel, t }) => {
    const { averages, updates, weights } = training.state
    const learner = learnerAlike(model, training)
    if (t > updates || updates === 0) {
      throw new NodeError({
        param: 't',
        message: `The optimizer has made ${updates} steps, so there is no average of step ${t || 1}.`,
        cure: updates ? `Choose one from 1 to ${updates}, or 0 for the last.` : 'Train first.',
      })
    }
    const made = postHocAverage(averages, updates, { t: t || updates, sigma_rel })
    if (made === undefined || made.error > MOST_ERROR) {
      throw new NodeError({
        slot: 'training',
        message: made
          ? `The averages there are do not make one of width ${sigma_rel}: the best sum of them misses it by ${made.error.toFixed(2)}, where 1 is all of it.`
          : 'The training kept no averages of the kind power_function.',
        cure: 'Chain two EMAs of that kind, such as of widths 0.05 and 0.1, with 16 snapshots each, and wire them to TrainingStart.',
      })
    }
    return {
      model: withWeights(model, learner, namedWeights(made.weights, weights)),
      error: { type: 'number', tensor: tf.scalar(made.error) },
    }
  },
})
