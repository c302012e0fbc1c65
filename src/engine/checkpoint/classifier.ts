// The classifier in files: its weights named and laid out as a PyTorch module with the same parts would have them.
import type { ClassifierConfig } from '../models/classifier.ts'
import { CheckpointError } from './error.ts'
import type { Format } from './formats.ts'

type Json = Record<string, unknown>

export const classifierFormat: Format = {
  folder: 'classifier',
  classNames: ['Classifier'],
  refusal: () => 'Diffusers has no classifier of images.',
  write: (config) => ({ className: ['litegraph_diffusion', 'Classifier'], config: { ...config } }),
  read(json) {
    // Files of before there was a choice have no time embedding.
    const config: Json = {
      time_embedding_dim: 0,
      ...Object.fromEntries(Object.entries(json).filter(([key]) => !key.startsWith('_'))),
    }
    checkConfig(config)
    // It is never asked for a prediction.
    return { config, predicts: 'sample' }
  },
  saysVariance: () => false,
  shapes: (config) => shapesOf(config as unknown as ClassifierConfig),
  describe(config) {
    const { height, width, in_channels, block_out_channels, num_classes } = config as unknown as ClassifierConfig
    const levels = `${block_out_channels.length} levels (${block_out_channels.join(', ')} channels)`
    return `Classifier of ${levels} that tells ${num_classes} classes of images of ${height} x ${width} x ${in_channels} apart`
  },
  item: ({ height, width, in_channels }) => ['images', `${String(height)} x ${String(width)} x ${String(in_channels)}`],
  classes: ({ num_classes }) => num_classes as number,
}

const sizes: { [K in Exclude<keyof ClassifierConfig, 'activation' | 'block_out_channels'>]: [min: number, max: number] } = {
  height: [1, 4096],
  width: [1, 4096],
  in_channels: [1, 4096],
  num_classes: [2, 100_000],
  norm_num_groups: [1, 4096],
  time_embedding_dim: [0, 4096],
}

const isWhole = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max

function checkConfig(config: Json) {
  for (const [name, [min, max]] of Object.entries(sizes)) {
    if (isWhole(config[name], min, max)) continue
    throw new CheckpointError(
      `${name} in the config of the classifier is ${JSON.stringify(config[name])}, not a whole number from ${min} to ${max}.`,
    )
  }
  const { block_out_channels: widths, norm_num_groups: groups, height, width } = config as unknown as ClassifierConfig
  const whole = Array.isArray(widths) && widths.length > 0 && widths.length <= 16
  if (!whole || !widths.every((value) => isWhole(value, 1, 65_536) && value % groups === 0)) {
    throw new CheckpointError(
      `block_out_channels in the config of the classifier is ${JSON.stringify(widths)}, not a list of multiples of ${groups}, its groups.`,
    )
  }
  const halved = 2 ** (widths.length - 1)
  if (height % halved || width % halved) {
    throw new CheckpointError(`Images of ${height} x ${width} cannot be halved ${widths.length - 1} times.`)
  }
  if (!['silu', 'relu', 'tanh'].includes(config.activation as string)) {
    throw new CheckpointError(`The activation ${JSON.stringify(config.activation)} is unknown.`)
  }
}

function shapesOf({ in_channels, block_out_channels, num_classes, time_embedding_dim: dim }: ClassifierConfig) {
  const linear = (name: string, from: number, to: number): [string, number[]][] => [
    [`${name}.weight`, [to, from]],
    [`${name}.bias`, [to]],
  ]
  const levels = block_out_channels.flatMap((to, i): [string, number[]][] => [
    [`blocks.${i}.conv.weight`, [to, i ? block_out_channels[i - 1]! : in_channels, 3, 3]],
    [`blocks.${i}.conv.bias`, [to]],
    [`blocks.${i}.norm.weight`, [to]],
    [`blocks.${i}.norm.bias`, [to]],
    ...(dim > 0 ? linear(`blocks.${i}.time_emb_proj`, 2 * dim, to) : []),
  ])
  return new Map([
    ...(dim > 0
      ? [...linear('time_embedding.linear_1', dim, 2 * dim), ...linear('time_embedding.linear_2', 2 * dim, 2 * dim)]
      : []),
    ...levels,
    ...linear('head', block_out_channels.at(-1)!, num_classes),
  ])
}
