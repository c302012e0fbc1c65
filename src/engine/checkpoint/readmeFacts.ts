// Facts about a checkpoint that its README states.
import type { Space } from '../base/values.ts'
import type { ClassName } from '../models/kinds/file.ts'
import type { Schedule } from '../process/schedule.ts'
import type { StoredModel } from './checkpoint.ts'
import type { TrainedOn } from './trainedOn.ts'

export interface ReadmeFacts {
  model: StoredModel
  className: ClassName
  schedule: Schedule | undefined
  space: Space
  trainedOn: TrainedOn | undefined
  /** Class of the scheduler in its config; undefined without a schedule. */
  scheduler: string | undefined
  /** Class of the pipeline in model_index.json; undefined if no pipeline can run the model. */
  pipeline: string | undefined
  /** Reason why diffusers cannot load or sample the model, if it cannot. */
  refusal: string | undefined
}
