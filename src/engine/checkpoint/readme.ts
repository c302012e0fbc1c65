// README.md of a checkpoint: what the files leave open, and a short Python script that samples the
// model with diffusers. In English whatever the language of the editor, as it goes with the file.
import { isKind } from '../models/kinds/configs.ts'
import { countClasses, describeItem, describeNetwork } from '../models/kinds/files.ts'
import { getNetworkKind } from '../models/kinds/registry.ts'
import { imageChannels, type UnetConfig } from '../models/kinds/unet/config.ts'
import { findPatch } from './patch.ts'
import { pythonSampler } from './pythonSampler.ts'
import type { ReadmeFacts } from './readmeFacts.ts'

export function writeReadme(facts: ReadmeFacts): string {
  const { model, refusal } = facts
  const list = [...dataFacts(facts), ...conditionFacts(facts), ...processFacts(facts)]
  const code = refusal === undefined ? pythonSampler(facts) : undefined
  return (
    [
      `# ${describeNetwork(model)}`,
      'A checkpoint of litegraph-diffusion. To use it there, drop this folder or its ZIP on the editor.',
      list.map((fact) => `* ${fact}`).join('\n'),
      ...(code === undefined ? refusalParts(facts) : scriptParts(facts, code)),
    ].join('\n\n') + '\n'
  )
}

function scriptParts({ pipeline, model }: ReadmeFacts, code: string): string[] {
  const why =
    pipeline !== undefined || getNetworkKind(model).file.denoises === false
      ? []
      : [
          'No pipeline of diffusers runs this model as it was trained, so there is no model_index.json. Its parts load one by one.',
        ]
  return ['## Python', ...why, 'In this folder, with `pip install diffusers torch`:', fenced(code)]
}

const refusalParts = ({ model, refusal, className: [library, name] }: ReadmeFacts): string[] => [
  '## Python',
  `${refusal ?? ''} ${
    library === 'diffusers'
      ? `Its ${name} alone loads: \`${name}.from_pretrained(".", subfolder="${getNetworkKind(model).file.folder}")\`.`
      : 'The weights have the names and layouts of PyTorch.'
  }`.trim(),
]

const fenced = (code: string) => `\`\`\`python\n${code}\n\`\`\``

/** Shape, range and patches of the data. */
function dataFacts({ model, space, trainedOn }: ReadmeFacts): string[] {
  const [item, text] = describeItem(model)
  const range = trainedOn?.range ?? (space === 'image' ? [-1, 1] : undefined)
  const values = range
    ? `, with values from ${formatRangeEnd(range[0])} to ${formatRangeEnd(range[1])}`
    : ''
  const patch = findPatch(model, trainedOn)
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
function conditionFacts({ model, trainedOn }: ReadmeFacts): string[] {
  const classes = countClasses(model)
  const names = trainedOn?.classNames
  const nullLabel = getNetworkKind(model).file.nullLabel?.(model.config)
  return [
    ...(classes > 0 && nullLabel !== undefined
      ? [
          `Classes: labels 0 to ${classes - 1}${names ? ` (${names.join(', ')})` : ''}. Label ${nullLabel}, the last row of the table, means "no class", which guidance uses.`,
        ]
      : []),
    ...(isKind(model, 'unet') ? inputFacts(model.config) : []),
  ]
}

/** Inputs of a UNet beside x, t and classes. */
function inputFacts(config: UnetConfig): string[] {
  const { cross_attention_dim: width, num_token_embeds: rows, extra_channels: extra = 0 } = config
  return [
    ...(width !== undefined && !rows
      ? [
          `Tokens: vectors of ${config.encoder_hid_dim ?? width} numbers. One token of zeros means "no tokens", which guidance uses.`,
        ]
      : []),
    ...(typeof rows === 'number'
      ? [
          `Tokens: ${config.num_tokens} per item, rows of the table token_embedding. Row ${rows - 1}, the last one, means "none", which guidance uses.`,
        ]
      : []),
    ...(extra > 0
      ? [
          `Further channels: ${extra}, appended to the ${imageChannels(config)} of the noisy image, such as known pixels and their mask. Zeros mean "none".`,
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

function processFacts({ model, schedule }: ReadmeFacts): string[] {
  if (getNetworkKind(model).file.denoises === false) return []
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

const formatRangeEnd = (value: number) => String(Number(value.toPrecision(3)))
