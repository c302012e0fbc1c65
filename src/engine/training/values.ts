// Values on wires: settings and states of trainings.
import type { EmaConfig } from './ema.ts'
import type { OptimizerConfig } from './optimizers.ts'
import type { TrainingState } from './trainStep.ts'

/** The configuration of an optimizer, see `optimizers.ts`. */
export interface Optimizer {
  type: 'optimizer'
  config: OptimizerConfig
}

/** Moving averages of the weights to maintain, see `ema.ts`. */
export interface Ema {
  type: 'ema'
  configs: EmaConfig[]
}

/** The state of a training, from which another training can resume. */
export interface Training {
  type: 'training'
  state: TrainingState
}
