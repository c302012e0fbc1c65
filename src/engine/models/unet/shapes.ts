// Weight shapes of a UNet: layers in the order of diffusers' module, in PyTorch's layouts.
import type { UnetConfig } from './config.ts'
import type { AttentionBlock, Level, Resample, ResnetBlock } from './structure.ts'
import { unetStructure } from './structure.ts'

/** A layer with weights `${name}.weight` and, except for embeddings and bias-free layers,
 * `${name}.bias`. */
export type Layer =
  | { kind: 'conv'; name: string; kernel: 1 | 3; from: number; to: number }
  | { kind: 'linear'; name: string; from: number; to: number; bias?: false }
  | { kind: 'norm'; name: string; channels: number }
  | { kind: 'embedding'; name: string; count: number; width: number }

const convShapes = (name: string, kernel: 1 | 3, from: number, to: number): Layer => ({
  kind: 'conv',
  name,
  kernel,
  from,
  to,
})
const linearShapes = (name: string, from: number, to: number): Layer => ({
  kind: 'linear',
  name,
  from,
  to,
})
const unbiasedShapes = (name: string, from: number, to: number): Layer =>
  ({ ...linearShapes(name, from, to), bias: false }) as Layer
const normShapes = (name: string, channels: number): Layer => ({ kind: 'norm', name, channels })

/** Lists all layers of a UNet, from input to output. */
export function unetLayers(config: UnetConfig): Layer[] {
  const { time, down, middle, up } = unetStructure(config)
  const { block_out_channels: channels, in_channels, out_channels } = config
  const resnet = (block: ResnetBlock) => resnetLayers(block, time.to, config)
  const level = ({ resnets, attentions, resample }: Level) => [
    ...resnets.flatMap(resnet),
    ...attentions.flatMap(attentionLayers),
    ...resampleLayers(resample, resnet),
  ]
  return [
    convShapes('conv_in', 3, in_channels, channels[0]),
    linearShapes('time_embedding.linear_1', time.from, time.to),
    linearShapes('time_embedding.linear_2', time.to, time.to),
    ...classLayers(config, time),
    ...tokenLayers(config),
    ...down.flatMap(level),
    ...(middle
      ? [
          ...middle.resnets.flatMap(resnet),
          ...(middle.attention ? attentionLayers(middle.attention) : []),
        ]
      : []),
    ...up.flatMap(level),
    normShapes('conv_norm_out', channels[0]),
    convShapes('conv_out', 3, channels[0], out_channels),
  ]
}

function classLayers(
  { class_embed_type: type, num_class_embeds: count }: UnetConfig,
  time: { from: number; to: number },
): Layer[] {
  if (type === 'timestep') {
    return [
      linearShapes('class_embedding.linear_1', time.from, time.to),
      linearShapes('class_embedding.linear_2', time.to, time.to),
    ]
  }
  return type === null && count
    ? [{ kind: 'embedding', name: 'class_embedding', count, width: time.to }]
    : []
}

/** Layers for tokens: the label table with its position embedding, or the projection of vectors. */
function tokenLayers({
  cross_attention_dim: width,
  encoder_hid_dim,
  num_token_embeds,
  num_tokens,
}: UnetConfig): Layer[] {
  if (width === undefined) return []
  const embedding = (name: string, count: number): Layer => ({
    kind: 'embedding',
    name,
    count,
    width,
  })
  if (num_token_embeds) {
    const places = num_tokens! > 1 ? [embedding('token_positions', num_tokens!)] : []
    return [embedding('token_embedding', num_token_embeds), ...places]
  }
  return encoder_hid_dim ? [linearShapes('encoder_hid_proj', encoder_hid_dim, width)] : []
}

function resnetLayers(
  { name, from, to }: ResnetBlock,
  timeWidth: number,
  { resnet_time_scale_shift: shift }: UnetConfig,
): Layer[] {
  return [
    normShapes(`${name}.norm1`, from),
    convShapes(`${name}.conv1`, 3, from, to),
    linearShapes(`${name}.time_emb_proj`, timeWidth, shift === 'scale_shift' ? 2 * to : to),
    normShapes(`${name}.norm2`, to),
    convShapes(`${name}.conv2`, 3, to, to),
    ...(from === to ? [] : [convShapes(`${name}.conv_shortcut`, 1, from, to)]),
  ]
}

const attentionLayers = (block: AttentionBlock): Layer[] =>
  block.cross ? transformerLayers(block, block.cross) : pixelLayers(block)

/** Layers of self-attention, in diffusers' names, and of linear attention. */
const pixelLayers = ({ name, channels, groups }: AttentionBlock): Layer[] => [
  ...(groups ? [normShapes(`${name}.group_norm`, channels)] : []),
  ...['to_q', 'to_k', 'to_v', 'to_out.0'].map((part) =>
    linearShapes(`${name}.${part}`, channels, channels),
  ),
]

/** Layers of a Transformer2DModel. */
function transformerLayers(
  { name, channels }: AttentionBlock,
  { layers, tokenWidth, linearProjection }: NonNullable<AttentionBlock['cross']>,
) {
  const project = (part: string) =>
    linearProjection
      ? linearShapes(`${name}.${part}`, channels, channels)
      : convShapes(`${name}.${part}`, 1, channels, channels)
  return [
    normShapes(`${name}.norm`, channels),
    project('proj_in'),
    ...Array.from({ length: layers }, (_, i) =>
      basicLayers(`${name}.transformer_blocks.${i}`, channels, tokenWidth),
    ).flat(),
    project('proj_out'),
  ]
}

/** Layers of a BasicTransformerBlock. */
const basicLayers = (name: string, channels: number, tokenWidth: number): Layer[] => [
  normShapes(`${name}.norm1`, channels),
  ...attendingLayers(`${name}.attn1`, channels, channels),
  normShapes(`${name}.norm2`, channels),
  ...attendingLayers(`${name}.attn2`, channels, tokenWidth),
  normShapes(`${name}.norm3`, channels),
  linearShapes(`${name}.ff.net.0.proj`, channels, 2 * FORWARD * channels),
  linearShapes(`${name}.ff.net.2`, FORWARD * channels, channels),
]

/** Expansion factor of a transformer's feed-forward network. */
export const FORWARD = 4

const attendingLayers = (name: string, channels: number, from: number): Layer[] => [
  unbiasedShapes(`${name}.to_q`, channels, channels),
  unbiasedShapes(`${name}.to_k`, from, channels),
  unbiasedShapes(`${name}.to_v`, from, channels),
  linearShapes(`${name}.to_out.0`, channels, channels),
]

function resampleLayers(
  resample: Resample | undefined,
  resnet: (block: ResnetBlock) => Layer[],
): Layer[] {
  if (!resample) return []
  return resample.kind === 'conv'
    ? [convShapes(resample.name, 3, resample.channels, resample.channels)]
    : resnet(resample.block)
}

/**
 * Names and shapes of all weights in PyTorch's layout: convolutions [out, in, height, width],
 * linear layers [out, in].
 */
export const unetWeightShapes = (config: UnetConfig): Map<string, number[]> =>
  new Map(unetLayers(config).flatMap(torchShapes))

function torchShapes(layer: Layer): [string, number[]][] {
  const { name } = layer
  switch (layer.kind) {
    case 'conv':
      return withBias(name, [layer.to, layer.from, layer.kernel, layer.kernel], layer.to)
    case 'linear':
      return layer.bias === false
        ? [[`${name}.weight`, [layer.to, layer.from]]]
        : withBias(name, [layer.to, layer.from], layer.to)
    case 'norm':
      return withBias(name, [layer.channels], layer.channels)
    case 'embedding':
      return [[`${name}.weight`, [layer.count, layer.width]]]
  }
}

const withBias = (name: string, weight: number[], bias: number): [string, number[]][] => [
  [`${name}.weight`, weight],
  [`${name}.bias`, [bias]],
]
