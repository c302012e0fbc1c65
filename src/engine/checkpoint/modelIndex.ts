// model_index.json: the pipeline of diffusers that runs a checkpoint. It is written only if that
// pipeline passes all inputs to the model, so that from_pretrained fails rather than samples wrongly.
import type { MessageText } from '../base/catalogue.ts'
import { checkpointMessages } from '../messages/checkpoint.ts'
import type { Schedule } from '../process/schedule.ts'
import type { Space } from '../base/values.ts'
import type { StoredModel } from './checkpoint.ts'
import { isEdm } from './continuous.ts'
import { isKind } from '../models/kinds/configs.ts'
import { DIFFUSERS_VERSION } from '../models/kinds/diffusers.ts'
import type { ClassName } from '../models/kinds/file.ts'
import { getNetworkKind } from '../models/kinds/registry.ts'
import type { UnetConfig } from '../models/kinds/unet/config.ts'
import { findPatch } from './patch.ts'
import type { TrainedOn } from './trainedOn.ts'

interface Parts {
  model: StoredModel
  schedule: Schedule | undefined
}

interface PipelineParts extends Parts {
  className: ClassName
  space: Space
  trainedOn: TrainedOn | undefined
}

/**
 * The pipeline that samples a checkpoint as it was trained; undefined if there is none.
 * DDPMPipeline evaluates a UNet2DModel at x and t alone and turns the result into pictures. So it
 * passes no labels, tokens or further channels, does not scale x as the schedules of EDM need it,
 * does not decode latents or patches, and splits a learned variance off for betas only.
 */
export function findPipeline(parts: PipelineParts): string | undefined {
  const { model, className, schedule, space, trainedOn } = parts
  const runs =
    className[1] === 'UNet2DModel' &&
    schedule !== undefined &&
    diffusersRefusal(parts) === undefined &&
    schedule.kind !== 'sigma' &&
    (schedule.kind === 'table' || !model.variance) &&
    space === 'image' &&
    isKind(model, 'unet') &&
    !isConditional(model.config) &&
    !findPatch(model, trainedOn)
  return runs ? 'DDPMPipeline' : undefined
}

export const modelIndex = (
  pipeline: string,
  { model, className }: PipelineParts,
  scheduler: Record<string, unknown> | undefined,
): Record<string, unknown> => ({
  _class_name: pipeline,
  _diffusers_version: DIFFUSERS_VERSION,
  [getNetworkKind(model).file.folder]: className,
  scheduler: ['diffusers', scheduler?._class_name],
})

/** True for a config with inputs besides x and t. */
const isConditional = (config: UnetConfig): boolean =>
  [
    config.num_class_embeds,
    config.class_embed_type,
    config.cross_attention_dim,
    config.extra_channels,
  ].some((value) => value !== undefined && value !== null && value !== 0)

/** Reason why diffusers cannot load a model or cannot sample it with its schedule, or undefined. */
export const diffusersRefusal = ({ model, schedule }: Parts): MessageText | undefined =>
  getNetworkKind(model).file.refusal?.(model.config) ?? unknownToDiffusers(model, schedule)

/** Returns settings that diffusers' schedulers lack or interpret differently. */
function unknownToDiffusers(
  model: StoredModel,
  schedule: Schedule | undefined,
): MessageText | undefined {
  const { predicts, variance, precondition } = model
  if (schedule && isEdm(model, schedule)) return undefined
  if (precondition) return checkpointMessages.precondition()
  const kind = schedule?.kind ?? 'table'
  if (kind === 'sigma') return checkpointMessages.edmInput()
  if (kind === 'vp') return checkpointMessages.vpSchedule()
  if (kind === 'flow')
    return predicts === 'flow_prediction'
      ? undefined
      : checkpointMessages.flowPrediction({ predicts })
  if (predicts === 'flow_prediction') return checkpointMessages.ddpmFlow()
  return variance === 'learned' ? checkpointMessages.ddpmVariance() : undefined
}
