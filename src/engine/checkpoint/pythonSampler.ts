// A few lines of Python that sample a checkpoint with diffusers.
import { isKind } from '../models/kinds/configs.ts'
import { countClasses, fileItemShape } from '../models/kinds/files.ts'
import { getNetworkKind } from '../models/kinds/registry.ts'
import { timeEmbeddingWidth, type UnetConfig } from '../models/kinds/unet/config.ts'
import type { StoredModel } from './checkpoint.ts'
import { findPatch } from './patch.ts'
import type { ReadmeFacts } from './readmeFacts.ts'

/** Images per batch. */
const BATCH = 16
/** Steps of solvers for continuous time, and most steps of a table. */
const [STEPS, MOST_STEPS] = [50, 1000]

/** Returns the script; undefined if diffusers has no class for the model or its schedule. */
export function pythonSampler(facts: ReadmeFacts): string | undefined {
  const { className, model, pipeline, scheduler } = facts
  const [library, name] = className
  const { folder, denoises } = getNetworkKind(model).file
  if (library !== 'diffusers') return undefined
  if (denoises === false) return autoencoderScript(name, folder)
  if (scheduler === undefined) return undefined
  if (pipeline !== undefined) return pipelineScript(pipeline, facts)
  return loopScript(facts, scheduler)
}

const autoencoderScript = (name: string, folder: string) =>
  [
    'import torch',
    `from diffusers import ${name}`,
    '',
    `autoencoder = ${name}.from_pretrained(".", subfolder="${folder}")`,
    'latents = autoencoder.encode(images)  # images [b, c, h, w] from -1 to 1',
  ].join('\n')

const stepCount = ({ schedule }: ReadmeFacts): number =>
  schedule?.kind === 'table' ? Math.min(schedule.T, MOST_STEPS) : STEPS

const pipelineScript = (pipeline: string, facts: ReadmeFacts) =>
  [
    `from diffusers import ${pipeline}`,
    '',
    `pipeline = ${pipeline}.from_pretrained(".")`,
    `pipeline(batch_size=${BATCH}, num_inference_steps=${stepCount(facts)}).images[0].save("sample.png")`,
  ].join('\n')

/** The loop of a pipeline, with the conditions that no pipeline passes on. */
function loopScript(facts: ReadmeFacts, scheduler: string): string {
  const { className, model, schedule } = facts
  const [height, width, channels] = fileItemShape(model) ?? []
  const condition = conditionLines(facts)
  const flow = schedule?.kind === 'flow'
  const predicted = (call: string) => `net(${call}).sample`
  const call = (named: string) => callArguments(facts, named, flow)
  const step = condition.guided
    ? [
        `output, plain = ${predicted(call(condition.guided[0]))}, ${predicted(call(condition.guided[1]))}`,
        guidanceLine(facts, channels),
      ]
    : [`output = ${predicted(call(condition.plain ?? ''))}`]
  return [
    'import torch',
    `from diffusers import ${[scheduler, className[1]].sort().join(', ')}`,
    '',
    `net = ${className[1]}.from_pretrained(".", subfolder="${getNetworkKind(model).file.folder}")`,
    `scheduler = ${scheduler}.from_pretrained(".", subfolder="scheduler")`,
    `scheduler.set_timesteps(${stepCount(facts)})`,
    ...condition.lines,
    `x = torch.randn(${BATCH}, ${channels}, ${height}, ${width})${flow ? '' : ' * scheduler.init_noise_sigma'}`,
    'with torch.no_grad():',
    '    for t in scheduler.timesteps:',
    ...step.map((line) => `        ${line}`),
    '        x = scheduler.step(output, t, x).prev_sample',
    ...resultLines(facts),
  ].join('\n')
}

/** Arguments of the network: its input at the scale it expects, the time, and conditions. */
function callArguments({ model, className }: ReadmeFacts, named: string, flow: boolean): string {
  const scaled = flow ? 'x' : 'scheduler.scale_model_input(x, t)'
  const { extra_channels: extra = 0 } = unetPart(model)
  const input = extra > 0 ? `torch.cat([${scaled}, extra], 1)` : scaled
  // A DiT takes one time for each item.
  const time = className[1] === 'DiTTransformer2DModel' ? 'timestep=t.expand(len(x))' : 't'
  return [input, time, named].filter(Boolean).join(', ')
}

/** The config of a UNet, or the lack of its keys. */
const unetPart = (model: StoredModel): Partial<UnetConfig> =>
  isKind(model, 'unet') ? model.config : {}

interface ConditionCode {
  /** Lines that make the conditions. */
  lines: string[]
  /** Arguments of both evaluations of guidance. */
  guided?: readonly [given: string, none: string]
  /** Arguments of a model that guidance does not apply to. */
  plain?: string
}

function conditionLines({ model }: ReadmeFacts): ConditionCode {
  const config = unetPart(model)
  const lines: string[] = []
  const given: string[] = []
  const none: string[] = []
  const classes = countClasses(model)
  const nullLabel = getNetworkKind(model).file.nullLabel?.(model.config)
  if (nullLabel !== undefined) {
    lines.push(
      `labels = torch.arange(${BATCH}) % ${Math.max(1, classes)}`,
      `none = torch.full_like(labels, ${nullLabel})  # "no class"`,
    )
    given.push('class_labels=labels')
    none.push('class_labels=none')
  }
  if (config.cross_attention_dim !== undefined) {
    const tokenWidth = config.encoder_hid_dim ?? config.cross_attention_dim
    lines.push(
      `tokens = torch.randn(${BATCH}, 1, ${tokenWidth})  # yours: [b, tokens, ${tokenWidth}]`,
      'no_tokens = torch.zeros_like(tokens)',
    )
    given.push('encoder_hidden_states=tokens')
    none.push('encoder_hidden_states=no_tokens')
  }
  if (isKind(model, 'unet') && model.config.class_embed_type) {
    lines.push(embeddedCondition(model.config))
    given.push('class_labels=condition')
    none.push('class_labels=condition')
  }
  const { extra_channels: extra = 0 } = config
  if (extra > 0) {
    const [height, width] = fileItemShape(model) ?? []
    lines.push(
      `extra = torch.zeros(${BATCH}, ${extra}, ${height}, ${width})  # yours: known pixels, a mask, ...`,
    )
  }
  const isGuided =
    nullLabel !== undefined ? classes > 0 : none.some((text) => text.startsWith('enc'))
  return isGuided
    ? { lines, guided: [given.join(', '), none.join(', ')] }
    : { lines, plain: (nullLabel === undefined ? given : none).join(', ') }
}

const embeddedCondition = (config: UnetConfig) =>
  config.class_embed_type === 'timestep'
    ? `condition = torch.zeros(${BATCH})  # yours: a number for each image`
    : `condition = torch.zeros(${BATCH}, ${timeEmbeddingWidth(config)})  # yours: a vector for each image`

/** Guidance of the prediction; a learned variance behind it stays that of the condition. */
const guidanceLine = ({ model }: ReadmeFacts, channels: number) =>
  model.variance
    ? `output[:, :${channels}] = (plain + 3.0 * (output - plain))[:, :${channels}]`
    : 'output = plain + 3.0 * (output - plain)'

/** Turns samples into pictures. */
function resultLines({ model, space, trainedOn }: ReadmeFacts): string[] {
  if (space === 'latent')
    return ['# x are latents: decode them with the autoencoder of the training.']
  const patch = findPatch(model, trainedOn)
  const images = 'images = (x / 2 + 0.5).clamp(0, 1)'
  if (!patch) return [images]
  const { side, shape } = patch
  const [rows, columns] = [shape[0] / side, shape[1] / side]
  return [
    `x = x.view(-1, ${side}, ${side}, ${shape[2]}, ${rows}, ${columns}).permute(0, 3, 4, 1, 5, 2)`,
    `images = (x.reshape(-1, ${shape[2]}, ${shape[0]}, ${shape[1]}) / 2 + 0.5).clamp(0, 1)`,
  ]
}
