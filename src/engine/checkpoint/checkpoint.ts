// Contents of a checkpoint in memory, between file and device.
import type { MessageText } from '../base/catalogue.ts'
import type { Configured } from '../models/kinds/configs.ts'
import type { PreconditionConfig } from '../models/kinds/precondition/config.ts'
import type { Schedule } from '../process/schedule.ts'
import type { PredictionType, VarianceKind } from '../base/values.ts'
import type { SamplerSettings } from './samplerSettings.ts'
import type { TrainedOn } from './trainedOn.ts'
import type { StoredTraining } from './training.ts'
import type { StoredWeights } from './weights.ts'

/**
 * A model without device tensors, as stored in a file; for a preconditioned one, its inner network.
 */
export type StoredModel = Configured & StoredFields

interface StoredFields {
  predicts: PredictionType
  /** Kind of learned variance, if any. */
  variance?: VarianceKind
  /** Preconditioning of the network, if any; its schedule is the file's. */
  precondition?: PreconditionConfig
  /** Weights in PyTorch's layout. */
  weights: StoredWeights
}

export interface Checkpoint {
  model: StoredModel
  /** Undefined if the file has none. */
  schedule: Schedule | undefined
  /** Undefined if it is not known. */
  trainedOn?: TrainedOn | undefined
  /** Training state for resuming, if the file has one. */
  training?: StoredTraining | undefined
}

export interface ReadCheckpoint extends Checkpoint {
  /** Sampler settings of the scheduler of a foreign file. */
  sampling?: SamplerSettings

  /** Notices about assumptions and omissions, in sentences. */
  notices: string[]
  /** The same by id, for other languages. */
  messages: { readonly notices: readonly MessageText[] }
}
