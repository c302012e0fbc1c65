// ImportanceTimesteps: draws timesteps in proportion to their recorded loss.
import { drawByImportance, importanceProbabilities } from '../../engine/process/importance.ts'
import { requireTable } from '../../engine/process/schedule.ts'
import { defineNode, param, slot } from '../define.ts'
import { everyTimestep } from './randomTimesteps.ts'
import { likeInput, batchShapeLike } from './sizes.ts'

export const importanceTimesteps = defineNode({
  type: 'diffusion/ImportanceTimesteps',
  category: 'process',
  summary:
    'Importance sampling of timesteps: draws timesteps with large losses more often, and returns weights that keep the expected loss unchanged with less variance. Uniform until every timestep has ten recorded losses.',
  aliases: ['importance sampling', 'LossSecondMomentResampler', 'loss aware sampling'],
  equation: 'p_t \\propto \\sqrt{\\mathbb{E}[L_t^2]}, \\quad w_t = \\frac{1}{T p_t}',
  source: 'Nichol & Dhariwal 2021, eq. 18 (loss-second-moment resampler)',
  inputs: {
    like: likeInput(
      'Draws one timestep per item of this batch. If it comes from a loop, each iteration draws again',
    ),
    schedule: slot.schedule('Schedule with betas whose timesteps are drawn'),
    record: slot.record(
      'Loss record from TrainingStart; requires losses of Loss connected to TrainingEnd',
    ),
  },
  outputs: {
    t: slot.timestep('One per item'),
    weights: slot.weights('One weight per item, for Loss'),
  },
  params: {
    uniform_prob: param.real(
      0.001,
      { min: 0, max: 1, step: 0.001 },
      'Share drawn uniformly, so that every timestep is visited',
    ),
    seed: param.seed(),
  },
  staticOutputs: (_, { schedule }) => ({ t: schedule && everyTimestep(schedule.schedule) }),
  check: (_, { schedule }) => {
    if (schedule) requireTable(schedule.schedule)
  },
  run: ({ like, schedule, record }, { uniform_prob }, { random }) => {
    const { T } = requireTable(schedule.schedule)
    const draws = Float64Array.from(random.uniform(batchShapeLike(like)[0]))
    const { t, weights } = drawByImportance(
      importanceProbabilities(record.record, T, uniform_prob),
      draws,
    )
    return { t: { type: 'timestep', t }, weights: { type: 'weights', weights } }
  },
})
