// Timesteps to train at, more of those where the loss is large.
import { drawImportant, importance } from '../../engine/importance.ts'
import { tableOf } from '../../engine/schedule.ts'
import { defineNode, real, record, schedule, seed, timestep, weights } from '../define.ts'
import { everyTimestep } from './randomTimesteps.ts'
import { likeInput, shapeOf } from './sizes.ts'

export const importanceTimesteps = defineNode({
  type: 'diffusion/ImportanceTimesteps',
  category: 'process',
  summary:
    'Draws timesteps whose losses were large more often, and says how much less they count for it: the same mean with less chance in it. Uniform until every timestep has ten losses.',
  equation: 'p_t \\propto \\sqrt{\\mathbb{E}[L_t^2]}, \\quad w_t = \\frac{1}{T p_t}',
  source: 'Nichol & Dhariwal 2021, eq. 18 (loss-second-moment resampler)',
  inputs: {
    like: likeInput('as many as this has items; wired from a loop, drawn afresh in each iteration'),
    schedule: schedule('of betas: whose timesteps'),
    record: record('from TrainingStart; losses of Loss have to be wired to TrainingEnd'),
  },
  outputs: { t: timestep('one per item'), weights: weights('one per item, for Loss') },
  params: {
    uniform_prob: real(0.001, { min: 0, max: 1, step: 0.001 }, 'this share is drawn uniformly, so that no timestep is forgotten'),
    seed: seed(),
  },
  foresees: (_, { schedule }) => ({ t: schedule && everyTimestep(schedule.schedule) }),
  check: (_, { schedule }) => {
    if (schedule) tableOf(schedule.schedule, 'A record of losses by timestep')
  },
  run: ({ like, schedule, record }, { uniform_prob }, { random }) => {
    const { T } = tableOf(schedule.schedule, 'A record of losses by timestep')
    const draws = Float64Array.from(random.uniform(shapeOf(like)[0]!))
    const { t, weights } = drawImportant(importance(record.record, T, uniform_prob), draws)
    return { t: { type: 'timestep', t }, weights: { type: 'weights', weights } }
  },
})
