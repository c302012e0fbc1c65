// Schedulers of diffusers that describe no training process of this program, each with the reason and
// a cure.
import type { MessageText } from '../base/catalogue.ts'
import { schedulerMessages as messages } from '../messages/schedulers.ts'
import { CheckpointError } from '../archive/checkpointError.ts'

interface Refusal {
  reason: (values: { name: string }) => MessageText
  cure: () => MessageText
}

const videos: Refusal = { reason: messages.videos, cure: messages.chooseImages }
const scores: Refusal = { reason: messages.scores, cure: messages.chooseEpsilon }

const refusals: ReadonlyMap<unknown, Refusal> = new Map<unknown, Refusal>([
  [
    'CMStochasticIterativeScheduler',
    { reason: messages.consistency, cure: messages.chooseTeacher },
  ],
  ['CogVideoXDDIMScheduler', videos],
  ['CogVideoXDPMScheduler', videos],
  ['ConsistencyDecoderScheduler', { reason: messages.decoder, cure: messages.chooseAutoencoder }],
  ['CosineDPMSolverMultistepScheduler', { reason: messages.arctangent, cure: messages.chooseEdm }],
  ['DDPMWuerstchenScheduler', { reason: messages.unitTimes, cure: messages.chooseEpsilon }],
  [
    'IPNDMScheduler',
    { reason: messages.noTraining, cure: () => messages.replaceScheduler({ sampler: 'ipndm' }) },
  ],
  ['KarrasVeScheduler', { reason: messages.karrasVe, cure: messages.chooseEdm }],
  ['SCMScheduler', { reason: messages.trigonometric, cure: messages.chooseEpsilon }],
  ['ScoreSdeVeScheduler', scores],
  ['ScoreSdeVpScheduler', scores],
])

/** Throws CheckpointError for a known scheduler, or a setting of one, without an equivalent here. */
export function refuseOtherScheduler(config: Record<string, unknown>) {
  const { _class_name: name, timestep_type, invert_sigmas } = config
  const refusal =
    refusals.get(name) ??
    (timestep_type === 'continuous'
      ? { reason: messages.continuousTimes, cure: messages.chooseEdm }
      : invert_sigmas === true
        ? { reason: messages.invertedTimes, cure: messages.chooseFlow }
        : undefined)
  if (refusal) throw new CheckpointError(refusal.reason({ name: String(name) }), refusal.cure())
}
