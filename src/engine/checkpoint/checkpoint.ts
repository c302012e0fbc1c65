// What a checkpoint holds, between a file and the device.
import type { PreconditionConfig } from '../models/preconditioning.ts'
import type { Schedule } from '../schedule.ts'
import type { PredictionType, VarianceKind } from '../values.ts'
import type { TrainedOn } from './about.ts'
import type { StoredTraining } from './training.ts'
import type { StoredWeights } from './weights.ts'

/** A model without tensors on a device: what a file holds. Of a preconditioned one, the network inside. */
export interface StoredModel {
  kind: string
  config: Record<string, unknown>
  predicts: PredictionType
  /** How it says a variance, if it does. */
  variance?: VarianceKind
  /** How the network is preconditioned, if it is. Its schedule is the one in the file. */
  precondition?: PreconditionConfig
  /** In the layout of PyTorch. */
  weights: StoredWeights
}

export interface Checkpoint {
  model: StoredModel
  /** Undefined if the file has none. */
  schedule: Schedule | undefined
  /** Undefined if it is not known. */
  trainedOn?: TrainedOn | undefined
  /** What it takes to go on with its training, if that is in the file. */
  training?: StoredTraining | undefined
}

export interface ReadCheckpoint extends Checkpoint {
  /** What had to be assumed or was left out, in sentences. */
  notices: string[]
}
