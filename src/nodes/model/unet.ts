// UNet: the network for images, diffusers' UNet2DModel.
import type { Around, Place } from '../../engine/models/kinds/unet/attention.ts'
import { attentionConfig } from '../../engine/models/kinds/unet/attention.ts'
import type { TimeEmbeddingType, UnetConfig } from '../../engine/models/kinds/unet/config.ts'
import { parseUnetConfig } from '../../engine/models/kinds/unet/config.ts'
import { unet as makeUnet } from '../../engine/models/kinds/unet/init.ts'
import { unetParameters } from '../../engine/models/kinds/unet/summary.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Attention } from '../../engine/models/kinds/unet/attentionRules.ts'
import { defineNode, param, slot } from '../define.ts'
import type { ImageFacts } from './datasetImages.ts'
import { datasetImages } from './datasetImages.ts'
import { classCount, imageChannels, sampleSize } from './imageParams.ts'
import { parseIntegers } from './numbers.ts'
import { learnedVariance, modelFacts, predictsParam } from './predicts.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'
import { networkRows } from '../layers/networkRows.ts'

export const unet = defineNode({
  type: 'diffusion/UNet',
  title: 'UNet',
  category: 'model',
  summary:
    'New network for images: a U-Net with residual blocks, which halves the resolution from level to level and restores it with skip connections.',
  aliases: ['UNet2DModel', 'UNet2DConditionModel', 'UNETLoader', 'backbone', 'unet 2d'],
  source:
    "Ronneberger et al. 2015; Ho et al. 2020, appendix B; diffusers' UNet2DModel and UNet2DConditionModel",
  inputs: {
    attention: slot.optional(slot.attention('Attention layers; none if not connected')),
    dataset: slot.optional(slot.dataset('Sets image size, channels and number of classes')),
  },
  outputs: { model: slot.model('Untrained model') },
  params: {
    sample_size: sampleSize(8),
    channels: imageChannels,
    block_out_channels: param.text(
      '32, 64',
      'Channels of each level, from the highest resolution; each level halves the resolution',
    ),
    layers_per_block: param.integer(
      1,
      { min: 1, max: 16 },
      'Residual blocks per level; one more in the decoder',
    ),
    num_classes: classCount,
    predicts: predictsParam,
    learned_variance: learnedVariance,
    norm_num_groups: param.integer(
      8,
      { min: 1, max: 1024 },
      'Groups of the group norms; must divide all channel numbers',
    ),
    norm_eps: param.advanced(
      param.real(1e-5, { min: 1e-12, max: 1, step: 1e-6 }, 'Added to the variance in group norms'),
    ),
    dropout: param.advanced(
      param.real(
        0,
        { min: 0, max: 0.99, slider: true },
        'Dropout in residual blocks during training',
      ),
    ),
    resnet_time_scale_shift: param.advanced(
      param.choice(['default', 'scale_shift'], 'How t enters the residual blocks', {
        default: 'Added to the activations',
        scale_shift: 'Scale and shift of a group norm',
      }),
    ),
    downsample: param.advanced(
      param.choice(['conv', 'resnet'], 'Downsampling between levels', {
        conv: 'Convolution with stride 2',
        resnet: 'Residual block',
      }),
    ),
    upsample: param.advanced(
      param.choice(['conv', 'resnet'], 'Upsampling between levels', {
        conv: 'Nearest-neighbour upsampling and a convolution',
        resnet: 'Residual block',
      }),
    ),
    downsample_padding: param.advanced(
      param.choice(['1', '0'], 'Zero padding of the convolution with stride 2', {
        '1': 'On all sides',
        '0': 'Only right and below',
      }),
    ),
    flip_sin_to_cos: param.advanced(
      param.toggle(true, 'Cosines before sines in the embedding of t'),
    ),
    freq_shift: param.advanced(
      param.integer(0, { min: 0, max: 1 }, 'Frequency shift of the embedding of t; 1 in DDPM'),
    ),
    class_embed_type: param.advanced(
      param.choice(['labels', 'timestep', 'identity'], 'Form of the condition', {
        labels: 'Class labels',
        timestep: 'A number, embedded like t',
        identity: 'A vector, used as it is',
      }),
    ),
    labels_with_tokens: param.added(
      param.advanced(
        param.when(
          'class_embed_type',
          'labels',
          param.toggle(
            false,
            'Class labels beside tokens that are vectors, for an Attention of kind cross: JoinConditions joins both',
          ),
        ),
      ),
    ),
    extra_channels: param.added(
      param.advanced(
        param.integer(
          0,
          { min: 0, max: 1024 },
          'Channels that are appended to x_t, from JoinConditions: a mask, known pixels, an estimate; 0: none',
        ),
      ),
    ),
    time_embedding_type: param.added(
      param.advanced(
        param.choice(['positional', 'fourier', 'learned'], 'How t is embedded', {
          positional: 'Sines and cosines of t',
          fourier:
            'Sines and cosines of ln t with fixed random frequencies, for noise levels as t; the output is divided by t (Song et al. 2021)',
          learned: 'A learned vector for each timestep',
        }),
      ),
    ),
    num_train_timesteps: param.added(
      param.advanced(
        param.when(
          'time_embedding_type',
          'learned',
          param.integer(1000, { min: 1, max: 100_000 }, 'Number of timesteps of the schedule'),
        ),
      ),
    ),
    zero_init: param.advanced(
      param.toggle(
        false,
        'Initializes the last layer of each block to zero, so that each block begins as the identity',
      ),
    ),
    seed: param.advanced(param.seed('Equal seeds start with equal weights')),
  },
  opens: true,
  room: { width: 260, height: 130 },
  staticOutputs: (params) => ({ model: modelFacts(params) }),
  run: (
    { attention, dataset },
    { predicts, zero_init, learned_variance, seed: _seed, ...params },
    { random },
  ) => {
    const images = dataset ? datasetImages(dataset) : params
    const variance = learned_variance === 'none' ? undefined : learned_variance
    const config = unetConfigFromParams(images, attention, params, {
      fromDataset: dataset !== undefined,
      outputs: variance ? 2 : 1,
    })
    checkParameters(config)
    return {
      model: makeUnet(config, predicts, random, { zero_init, ...(variance && { variance }) }),
    }
  },
  show: ({ model }) => model && { kind: 'rows', rows: networkRows(model) ?? [] },
})

/** Limit on the parameters: 1 GiB of float32. Training takes four times that. */
const MOST_PARAMETERS = 2 ** 28

function checkParameters(config: UnetConfig) {
  const parameters = unetParameters(config)
  if (parameters <= MOST_PARAMETERS) return
  throw new NodeError({
    param: 'block_out_channels',
    message: modelNodeMessages.tooManyParameters({
      millions: Math.ceil(parameters / 1e6).toLocaleString('en'),
    }),
    cure: modelNodeMessages.fewerParameters({ most: Math.floor(MOST_PARAMETERS / 1e6) }),
  })
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
  labels_with_tokens: boolean
  extra_channels: number
  time_embedding_type: TimeEmbeddingType
  num_train_timesteps: number
}

function unetConfigFromParams(
  images: ImageFacts,
  attention: Attention | undefined,
  params: UnetParams,
  { fromDataset, outputs }: { fromDataset: boolean; outputs: 1 | 2 },
): UnetConfig {
  const widths = parseWidths(params)
  const levels = describeLevels(images, widths, fromDataset)
  const attends = toAttentionConfig(attention, levels, {
    ...params,
    num_classes: images.num_classes,
    vocabulary: images.vocabulary,
  })
  const crosses = attends.cross_attention_dim !== undefined
  const labelled = params.class_embed_type === 'labels'
  checkConditions(params, attends, images)
  if (params.class_embed_type === 'timestep' && params.time_embedding_type !== 'positional') {
    throw new NodeError({
      param: 'time_embedding_type',
      message: modelNodeMessages.embeddedTwice({ type: params.time_embedding_type }),
      cure: modelNodeMessages.embedPositions(),
    })
  }
  return parseUnetConfig({
    sample_size: images.sample_size,
    in_channels: images.channels + params.extra_channels,
    ...(params.extra_channels > 0 && { extra_channels: params.extra_channels }),
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
    time_embedding_type: params.time_embedding_type,
    num_train_timesteps:
      params.time_embedding_type === 'learned' ? params.num_train_timesteps : null,
    class_embed_type: labelled ? null : params.class_embed_type,
    // One extra row: the last is the null label. Blocks that attend to labels have their own table.
    num_class_embeds:
      labelled && (!crosses || params.labels_with_tokens) && images.num_classes > 0
        ? images.num_classes + 1
        : null,
    ...attends,
  })
}

/** Checks that labels are a condition once, and that they are known where they are asked for. */
function checkConditions(
  { class_embed_type: kind, labels_with_tokens: both }: UnetParams,
  { cross_attention_dim, num_token_embeds }: Partial<UnetConfig>,
  { num_classes }: ImageFacts,
) {
  if (cross_attention_dim === undefined) return
  const tokensAreLabels = num_token_embeds !== null
  if (kind !== 'labels' && tokensAreLabels) {
    throw new NodeError({
      param: 'class_embed_type',
      message: modelNodeMessages.conditionTwice({ kind }),
      cure: modelNodeMessages.oneCondition(),
    })
  }
  if (kind !== 'labels' || !both) return
  if (tokensAreLabels) {
    throw new NodeError({
      param: 'labels_with_tokens',
      message: modelNodeMessages.labelsTwice(),
      cure: modelNodeMessages.tokensOfVectors(),
    })
  }
  if (num_classes === 0) {
    throw new NodeError({
      param: 'labels_with_tokens',
      message: modelNodeMessages.noLabels(),
      cure: modelNodeMessages.setClasses(),
    })
  }
}

/** Parses and checks the channels of each level. */
function parseWidths({
  block_out_channels,
  norm_num_groups: groups,
  freq_shift,
}: UnetParams): number[] {
  const param = 'block_out_channels'
  const widths = parseIntegers(block_out_channels, param)
  if (widths.length === 0 || widths.length > 10) {
    throw new NodeError({
      param,
      message: modelNodeMessages.levels({ got: widths.length }),
      cure: modelNodeMessages.writeLevels(),
    })
  }
  const uneven = widths.find((width) => width % groups)
  if (uneven !== undefined) {
    throw new NodeError({
      param,
      message: modelNodeMessages.groups({ groups, channels: uneven }),
      cure: modelNodeMessages.fitGroups({
        channels: groups * Math.max(1, Math.round(uneven / groups)),
        groups: commonDivisor(widths, groups),
      }),
    })
  }
  if (Math.floor(widths[0] / 2) <= freq_shift) {
    throw new NodeError({
      param,
      message: modelNodeMessages.firstLevel({ got: widths[0] }),
      cure: modelNodeMessages.fourChannels(),
    })
  }
  return widths
}

/** Returns the largest number of groups up to `most` that divides all widths. */
const commonDivisor = (widths: readonly number[], most: number): number => {
  for (let groups = most; groups > 1; groups--)
    if (widths.every((width) => width % groups === 0)) return groups
  return 1
}

/** Describes each level. Throws if the images cannot be halved that often. */
function describeLevels(
  { sample_size }: ImageFacts,
  widths: readonly number[],
  fromDataset: boolean,
): Place[] {
  const sides = typeof sample_size === 'number' ? [sample_size, sample_size] : sample_size
  const parts = 2 ** (widths.length - 1)
  if (sides.some((side) => side % parts)) {
    const most = Math.min(...sides.map(countHalvings)) + 1
    throw new NodeError({
      param: fromDataset ? 'block_out_channels' : 'sample_size',
      message: modelNodeMessages.halvings({
        size: sides.join(' x '),
        levels: widths.length,
        multiple: parts,
      }),
      cure: modelNodeMessages.fewerLevels({
        levels: most,
        size: sides.map((side) => parts * Math.max(1, Math.round(side / parts))).join(' x '),
      }),
    })
  }
  return widths.map((channels, i) => ({ resolution: Math.max(...sides) / 2 ** i, channels }))
}

const countHalvings = (side: number): number => (side % 2 ? 0 : 1 + countHalvings(side / 2))

function toAttentionConfig(
  attention: Attention | undefined,
  levels: Place[],
  { downsample, upsample, num_classes, vocabulary }: Around,
) {
  return attentionConfig(attention?.rules ?? [], levels, {
    downsample,
    upsample,
    num_classes,
    vocabulary,
  })
}
