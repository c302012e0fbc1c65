// README.md of a checkpoint: what the files leave open, and a short Python script that samples the
// model with diffusers. In English whatever the language of the editor, as it goes with the file.
import type { Schedule } from '../process/schedule.ts'
import type { Space } from '../base/values.ts'
import type { StoredModel } from './checkpoint.ts'
import type { ClassName, Format } from '../models/kinds/file.ts'
import { findPatch } from './patch.ts'
import { pythonSampler } from './pythonSampler.ts'
import type { TrainedOn } from './trainedOn.ts'

/** The facts that a README states. */
export interface ReadmeFacts {
  model: StoredModel
  format: Format
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

export function writeReadme(facts: ReadmeFacts): string {
  const { model, format, refusal } = facts
  const list = [...dataFacts(facts), ...conditionFacts(facts), ...processFacts(facts)]
  const code = refusal === undefined ? pythonSampler(facts) : undefined
  return (
    [
      `# ${format.describe(model.config)}`,
      'A checkpoint of litegraph-diffusion. To use it there, drop this folder or its ZIP on the editor.',
      list.map((fact) => `* ${fact}`).join('\n'),
      ...(code === undefined ? refusalParts(facts) : scriptParts(facts, code)),
    ].join('\n\n') + '\n'
  )
}

function scriptParts({ pipeline, format }: ReadmeFacts, code: string): string[] {
  const why =
    pipeline !== undefined || format.denoises === false
      ? []
      : [
          'No pipeline of diffusers runs this model as it was trained, so there is no model_index.json. Its parts load one by one.',
        ]
  return ['## Python', ...why, 'In this folder, with `pip install diffusers torch`:', fenced(code)]
}

const refusalParts = ({ format, refusal, className: [library, name] }: ReadmeFacts): string[] => [
  '## Python',
  `${refusal ?? ''} ${
    library === 'diffusers'
      ? `Its ${name} alone loads: \`${name}.from_pretrained(".", subfolder="${format.folder}")\`.`
      : 'The weights have the names and layouts of PyTorch.'
  }`.trim(),
]

const fenced = (code: string) => `\`\`\`python\n${code}\n\`\`\``

/** Shape, range and patches of the data. */
function dataFacts({ model, format, space, trainedOn }: ReadmeFacts): string[] {
  const [item, text] = format.item(model.config)
  const range = trainedOn?.range ?? (space === 'image' ? [-1, 1] : undefined)
  const values = range
    ? `, with values from ${formatNumber(range[0])} to ${formatNumber(range[1])}`
    : ''
  const patch = findPatch(model, format, trainedOn)
  return [
    `Data: ${item} of ${text}${space === 'latent' ? ', latents of an autoencoder' : ''}${values}.`,
    ...(patch
      ? [
          `Patches: the model works on blocks of ${patch.side} x ${patch.side} pixels of images of ${patch.shape.join(' x ')}. Channel (row * ${patch.side} + column)${patch.shape[2] > 1 ? ` * ${patch.shape[2]} + color` : ''} of a pixel is the pixel of its block at that row and column.`,
        ]
      : []),
  ]
}

/** The rows of tables that mean "none". */
function conditionFacts({ model, format, trainedOn }: ReadmeFacts): string[] {
  const { config } = model
  const classes = format.classes(config)
  const names = trainedOn?.classNames
  const nullLabel = format.nullLabel?.(config)
  return [
    ...(classes > 0 && nullLabel !== undefined
      ? [
          `Classes: labels 0 to ${classes - 1}${names ? ` (${names.join(', ')})` : ''}. Label ${nullLabel}, the last row of the table, means "no class", which guidance uses.`,
        ]
      : []),
    ...(typeof config.cross_attention_dim === 'number' && !config.num_token_embeds
      ? [
          `Tokens: vectors of ${String(config.encoder_hid_dim ?? config.cross_attention_dim)} numbers. One token of zeros means "no tokens", which guidance uses.`,
        ]
      : []),
    ...(typeof config.num_token_embeds === 'number'
      ? [
          `Tokens: ${String(config.num_tokens)} per item, rows of the table token_embedding. Row ${config.num_token_embeds - 1}, the last one, means "none", which guidance uses.`,
        ]
      : []),
    ...(typeof config.extra_channels === 'number' && config.extra_channels > 0
      ? [
          `Further channels: ${config.extra_channels}, appended to the ${format.itemShape?.(config)?.[2] ?? ''} of the noisy image, such as known pixels and their mask. Zeros mean "none".`,
        ]
      : []),
  ]
}

const PREDICTS = {
  epsilon: 'the noise',
  sample: 'the clean data',
  v_prediction: 'the velocity v = alpha * noise - sigma * data',
  flow_prediction: 'the velocity of a flow, noise - data',
} as const

function processFacts({ model, schedule, format }: ReadmeFacts): string[] {
  if (format.denoises === false) return []
  const { predicts, variance, precondition } = model
  const said = precondition
    ? `the network inside a preconditioning (${precondition.preconditioning}, sigma_data ${precondition.sigma_data})`
    : PREDICTS[predicts]
  const steps = schedule && 'T' in schedule ? ` with ${schedule.T} timesteps` : ''
  return [
    `The model predicts ${said}${variance ? `, and a variance (${variance}) in the second half of its channels` : ''}.${
      schedule ? ` It was trained with the schedule ${schedule.name}${steps}.` : ''
    }`,
  ]
}

const formatNumber = (value: number) => String(Number(value.toPrecision(3)))
