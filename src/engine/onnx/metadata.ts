// Metadata of an exported model, as texts by name.
import { describeNetwork } from '../models/kinds/files.ts'
import { findNetworkKind, modelItemShape } from '../models/kinds/registry.ts'
import { schedulerConfig } from '../checkpoint/scheduler.ts'
import type { Schedule } from '../process/schedule.ts'
import type { OnnxSource } from './source.ts'

/** Facts for the metadata that a model does not have itself. */
export interface TrainingFacts {
  /** Training schedule. */
  schedule?: Schedule | undefined
  /** Names of the classes. */
  classNames?: readonly string[] | undefined
}

/** The network of a model, or the model itself. */
const innermost = (model: OnnxSource): OnnxSource =>
  model.children.model ? innermost(model.children.model) : model

/** "UNet with channels 16, 32 for 8 x 8 x 1 images". */
export function describeText(model: OnnxSource): string {
  const inner = innermost(model)
  return findNetworkKind(inner) ? describeNetwork(inner) : inner.kind
}

/**
 * Texts by name: kind, summary, parameters and config; of models that denoise, also prediction type
 * and schedule.
 */
export function describeModel(
  model: OnnxSource,
  denoises: boolean,
  { schedule = ownSchedule(model), classNames }: TrainingFacts,
): Record<string, string> {
  const { config, weights } = innermost(model)
  const parameters = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0)
  return {
    model_kind: model.kind,
    summary: describeText(model),
    parameters: String(parameters),
    config: JSON.stringify(config),
    ...(denoises && { prediction_type: model.predicts }),
    ...(model.variance && { variance_type: model.variance }),
    ...(denoises && schedule && scheduleTexts(model, schedule)),
    ...(classNames && { class_names: JSON.stringify(classNames) }),
  }
}

/** The schedule that a preconditioned or exact model has itself. */
function ownSchedule({ config, children }: OnnxSource): Schedule | undefined {
  if ('schedule' in config) return config.schedule as Schedule
  return children.model && ownSchedule(children.model)
}

function scheduleTexts(model: OnnxSource, schedule: Schedule): Record<string, string> {
  const { predicts, variance } = model
  const space = modelItemShape(model).length === 1 ? 'point' : 'image'
  const scheduler = schedulerConfig(schedule, { predicts, ...(variance && { variance }) }, space)
  return {
    schedule: schedule.name,
    scheduler_config: JSON.stringify(scheduler),
    ...(schedule.kind === 'table' && {
      alphas_cumprod: JSON.stringify([...schedule.alphaBar]),
    }),
  }
}
