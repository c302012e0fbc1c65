// The network for images.
import type { Around, Place } from '../../engine/models/unet/attention.ts'
import { attentionConfig, AttentionError } from '../../engine/models/unet/attention.ts'
import type { UnetConfig } from '../../engine/models/unet/config.ts'
import { parseUnetConfig } from '../../engine/models/unet/config.ts'
import { unet as makeUnet } from '../../engine/models/unet/init.ts'
import { unetParameters, unetRows } from '../../engine/models/unet/summary.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Attention, Dataset } from '../../engine/values.ts'
import {
  advanced,
  attention,
  choice,
  dataset,
  defineNode,
  integer,
  model,
  optional,
  real,
  seed,
  text,
  toggle,
  unless,
} from '../define.ts'
import { numbersIn } from './numbers.ts'
import { learnedVariances, predictionTypes, saidBy } from './predicts.ts'

export const unet = defineNode({
  type: 'diffusion/UNet',
  title: 'UNet',
  category: 'model',
  summary: 'A new network for images: down to coarse levels and up again, with what each level saw on the way down at hand.',
  source: "Ronneberger et al. 2015; Ho et al. 2020, appendix B; diffusers' UNet2DModel and UNet2DConditionModel",
  inputs: {
    attention: optional(attention('where it attends; unwired: nowhere')),
    dataset: optional(dataset('images it is for: their size, channels and number of classes')),
  },
  outputs: { model: model('untrained') },
  params: {
    sample_size: unless('dataset', integer(8, { min: 1, max: 1024 }, 'height and width of the images in pixels')),
    channels: unless('dataset', integer(1, { min: 1, max: 1024 }, 'of an image: 1 grey, 3 colours')),
    block_out_channels: text(
      '32, 64',
      'channels of each level, the finest first; each level has half the size of the one before',
    ),
    layers_per_block: integer(1, { min: 1, max: 16 }, 'residual blocks a level, on the way up one more'),
    num_classes: unless('dataset', integer(0, { min: 0, max: 100_000 }, 'how many class labels it learns; 0: none')),
    predicts: choice(predictionTypes, 'what its output stands for'),
    learned_variance: advanced(
      choice(
        learnedVariances,
        'whether it says the variance of the step back too, with twice as many channels going out: learned_range between those that are fixed (Nichol & Dhariwal 2021), learned its logarithm. Train it with HybridLoss',
      ),
    ),
    norm_num_groups: integer(8, { min: 1, max: 1024 }, 'groups of the norms: a divisor of all channels'),
    norm_eps: advanced(real(1e-5, { min: 1e-12, max: 1, step: 1e-6 }, 'added to the variance in a norm')),
    dropout: advanced(
      real(0, { min: 0, max: 0.99, slider: true }, 'share of numbers set to zero in residual blocks while training'),
    ),
    resnet_time_scale_shift: advanced(
      choice(['default', 'scale_shift'], 'how t comes into residual blocks: added, or as scale and shift of a norm'),
    ),
    downsample: advanced(choice(['conv', 'resnet'], 'to the next level: a convolution with stride 2, or a residual block')),
    upsample: advanced(choice(['conv', 'resnet'], 'back: nearest pixels and a convolution, or a residual block')),
    downsample_padding: advanced(
      choice(['1', '0'], 'zeros around an image before it is halved: 1 all around, 0 right and below only'),
    ),
    flip_sin_to_cos: advanced(toggle(true, 'cosines of t before the sines')),
    freq_shift: advanced(integer(0, { min: 0, max: 1 }, 'of the frequencies of t; 1 in DDPM')),
    class_embed_type: advanced(
      choice(['labels', 'timestep', 'identity'], 'what a condition is: class labels, a number like t, or a vector as it is'),
    ),
    zero_init: advanced(toggle(false, 'zeros in the last layer of each block at first: each block begins as the identity')),
    seed: advanced(seed('equal seeds start with equal weights')),
  },
  room: { width: 260, height: 130 },
  foresees: (params) => ({ model: saidBy(params) }),
  run: ({ attention, dataset }, { predicts, zero_init, learned_variance, seed: _seed, ...params }, { random }) => {
    const images = dataset ? imagesOf(dataset) : params
    const variance = learned_variance === 'none' ? undefined : learned_variance
    const config = configOf(images, attention, params, { fromDataset: dataset !== undefined, outputs: variance ? 2 : 1 })
    checkParameters(config)
    return { model: makeUnet(config, predicts, random, { zero_init, ...(variance && { variance }) }) }
  },
  show: ({ model }) => model && { kind: 'rows', rows: unetRows(model) },
})

/** 1 GiB of float32; training takes four times as much. */
const MOST_PARAMETERS = 2 ** 28

function checkParameters(config: UnetConfig) {
  const parameters = unetParameters(config)
  if (parameters <= MOST_PARAMETERS) return
  throw new NodeError({
    param: 'block_out_channels',
    message: `The UNet would have ${Math.ceil(parameters / 1e6).toLocaleString('en')} million parameters, more than fit into memory.`,
    cure: `Take fewer channels or levels: ${Math.floor(MOST_PARAMETERS / 1e6)} million are the most.`,
  })
}

interface Images {
  sample_size: number | readonly [number, number]
  channels: number
  num_classes: number
}

function imagesOf({ shape, classes }: Dataset): Images {
  if (shape.length !== 3) {
    throw new NodeError({
      slot: 'dataset',
      message: `Expected images, items of shape [height, width, channels], got items of shape [${shape}].`,
      cure: 'Wire a data set of images; for points there is MLP.',
    })
  }
  const [height, width, channels] = shape as [number, number, number]
  return { sample_size: height === width ? height : [height, width], channels, num_classes: classes ?? 0 }
}

interface UnetParams {
  block_out_channels: string
  layers_per_block: number
  norm_num_groups: number
  norm_eps: number
  dropout: number
  resnet_time_scale_shift: 'default' | 'scale_shift'
  downsample: 'conv' | 'resnet'
  upsample: 'conv' | 'resnet'
  downsample_padding: '0' | '1'
  flip_sin_to_cos: boolean
  freq_shift: number
  class_embed_type: 'labels' | 'timestep' | 'identity'
}

function configOf(
  images: Images,
  attention: Attention | undefined,
  params: UnetParams,
  { fromDataset, outputs }: { fromDataset: boolean; outputs: 1 | 2 },
): UnetConfig {
  const widths = widthsOf(params)
  const levels = levelsOf(images, widths, fromDataset)
  const attends = attending(attention, levels, { ...params, num_classes: images.num_classes })
  const crosses = attends.cross_attention_dim !== undefined
  const labelled = params.class_embed_type === 'labels'
  if (crosses && !labelled) {
    throw new NodeError({
      param: 'class_embed_type',
      message: `The condition is tokens that Attention of kind cross attends to, and cannot be a ${params.class_embed_type} as well.`,
      cure: 'Set it to labels, or set `kind` of Attention to self or linear.',
    })
  }
  return parseUnetConfig({
    sample_size: images.sample_size,
    in_channels: images.channels,
    out_channels: outputs * images.channels,
    block_out_channels: widths,
    layers_per_block: params.layers_per_block,
    norm_num_groups: params.norm_num_groups,
    norm_eps: params.norm_eps,
    dropout: params.dropout,
    resnet_time_scale_shift: params.resnet_time_scale_shift,
    downsample_type: params.downsample,
    upsample_type: params.upsample,
    downsample_padding: Number(params.downsample_padding),
    flip_sin_to_cos: params.flip_sin_to_cos,
    freq_shift: params.freq_shift,
    class_embed_type: labelled ? null : params.class_embed_type,
    // One row more: the last stands for "no label". Where blocks attend to labels, they have a table of their own.
    num_class_embeds: labelled && !crosses && images.num_classes > 0 ? images.num_classes + 1 : null,
    ...attends,
  })
}

/** Channels of each level, checked. */
function widthsOf({ block_out_channels, norm_num_groups: groups, freq_shift }: UnetParams): number[] {
  const param = 'block_out_channels'
  const widths = numbersIn(block_out_channels, param)
  if (widths.length === 0 || widths.length > 10) {
    throw new NodeError({
      param,
      message: `Expected channels for 1 to 10 levels, got ${widths.length}.`,
      cure: 'Write one number for each level, such as 32, 64.',
    })
  }
  const uneven = widths.find((width) => width % groups)
  if (uneven !== undefined) {
    throw new NodeError({
      param,
      message: `norm_num_groups is ${groups}, but a level has ${uneven} channels, no multiple of it.`,
      cure: `Take ${groups * Math.max(1, Math.round(uneven / groups))} channels, or norm_num_groups ${common(widths, groups)}.`,
    })
  }
  if (Math.floor(widths[0]! / 2) <= freq_shift) {
    throw new NodeError({
      param,
      message: `The first level has ${widths[0]} channels: too few for the sines and cosines of t.`,
      cure: 'Give it at least 4.',
    })
  }
  return widths
}

/** The largest number of groups up to `most` that divides all. */
const common = (widths: readonly number[], most: number): number => {
  for (let groups = most; groups > 1; groups--) if (widths.every((width) => width % groups === 0)) return groups
  return 1
}

/** What each level is, if the images can be halved so often. */
function levelsOf({ sample_size }: Images, widths: readonly number[], fromDataset: boolean): Place[] {
  const sides = typeof sample_size === 'number' ? [sample_size, sample_size] : sample_size
  const parts = 2 ** (widths.length - 1)
  if (sides.some((side) => side % parts)) {
    const most = Math.min(...sides.map(halvings)) + 1
    throw new NodeError({
      param: fromDataset ? 'block_out_channels' : 'sample_size',
      message: `Images of ${sides.join(' x ')} cannot be halved for ${widths.length} levels: that takes a multiple of ${parts}.`,
      cure: `Take at most ${most} ${most === 1 ? 'level' : 'levels'} in block_out_channels, or images of ${sides
        .map((side) => parts * Math.max(1, Math.round(side / parts)))
        .join(' x ')}.`,
    })
  }
  return widths.map((channels, i) => ({ resolution: Math.max(...sides) / 2 ** i, channels }))
}

const halvings = (side: number): number => (side % 2 ? 0 : 1 + halvings(side / 2))

function attending(attention: Attention | undefined, levels: Place[], { downsample, upsample, num_classes }: Around) {
  try {
    return attentionConfig(attention?.rules ?? [], levels, { downsample, upsample, num_classes })
  } catch (error) {
    if (!(error instanceof AttentionError)) throw error
    throw new NodeError({ slot: 'attention', message: error.message, cure: error.cure })
  }
}
