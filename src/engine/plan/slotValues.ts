// Types of the values on wires, by slot type.
import type {
  Condition,
  History,
  ItemLosses,
  ItemWeights,
  Labels,
  Logits,
  Loss,
  Noise,
  NumberValue,
  Prediction,
  Samples,
  TextValue,
  Tokens,
  Trajectory,
  Vocabulary,
} from '../base/values.ts'
import type { Dataset } from '../datasets/dataset.ts'
import type { Features } from '../models/graph/features.ts'
import type { Attention } from '../models/kinds/unet/attentionRules.ts'
import type { Model } from '../models/model.ts'
import type { RecordValue, ScheduleValue, Timestep, Timesteps } from '../process/values.ts'
import type { Ema, Optimizer, Training } from '../training/values.ts'

/** Value types by slot type. The keys are the names in files. */
export interface SlotValues {
  samples: Samples
  noise: Noise
  prediction: Prediction
  timestep: Timestep
  timesteps: Timesteps
  schedule: ScheduleValue
  model: Model
  labels: Labels
  tokens: Tokens
  condition: Condition
  loss: Loss
  losses: ItemLosses
  weights: ItemWeights
  record: RecordValue
  number: NumberValue
  text: TextValue
  dataset: Dataset
  vocabulary: Vocabulary
  attention: Attention
  logits: Logits
  features: Features
  optimizer: Optimizer
  ema: Ema
  trajectory: Trajectory
  history: History
  training: Training
  loop: { type: 'loop' }
}

export type SlotType = keyof SlotValues
export type Value = SlotValues[SlotType]
