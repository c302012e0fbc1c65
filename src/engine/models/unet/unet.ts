// Evaluation of diffusers' UNets (UNet2DModel, UNet2DConditionModel). Ronneberger et al. 2015; for
// diffusion Ho et al. 2020, appendix B.
import type { Block } from '../../layers/checkpointed.ts'
import { checkpointed, runWithoutCheckpoint } from '../../layers/checkpointed.ts'
import { featureParts } from '../../layers/convInput.ts'
import { dropout } from '../../layers/dropout.ts'
import { oneHot } from '../../layers/embedding.ts'
import { captureOrReplay } from '../../layers/captureOrReplay.ts'
import type { Features } from '../../base/layerTypes.ts'
import { createRandom } from '../../base/random.ts'
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import type { Conditioning, Model, TrainingMode, Weights } from '../../base/values.ts'
import type { Times } from '../../process/schedule.ts'
import type { ConditionSpec } from '../condition.ts'
import {
  concatChannels,
  distinct,
  findNumbers,
  findPart,
  labelsOrNone,
  timeRows,
} from '../condition.ts'
import type { ModelKind } from '../kind.ts'
import type { BlockOptions } from './blocks.ts'
import {
  namedConv,
  downsample,
  normaliseInput,
  projectEmbedding,
  resnetBlock,
  linearAttentionBlock,
  selfAttentionBlock,
  timeEmbedding,
  unetActivations,
  upsample,
} from './blocks.ts'
import type { UnetConfig } from './config.ts'
import { imageChannels, imageSize, timeEmbeddingWidth } from './config.ts'
import type { AttentionBlock, Level, Resample, ResnetBlock } from './structure.ts'
import { unetStructure } from './structure.ts'
import type { TokenConfig } from './tokens.ts'
import type { WatchAt } from './tokenInput.ts'
import { tokenSpec, conditionTokens } from './tokenInput.ts'
import { transformer } from './transformer.ts'
import { replayMessages } from '../../messages/backends.ts'

/** The config of a model of kind `unet`. */
const toUnetConfig = (model: Model) => model.config as unknown as UnetConfig

export const unetKind: ModelKind = {
  trainable: true,
  differentiableTime: true,
  itemShape: (model) => [...imageSize(toUnetConfig(model)), imageChannels(toUnetConfig(model))],
  conditions: (model) => conditionSpecs(toUnetConfig(model)),
  evaluate: (model, x, times, condition) => evaluate(model, x as Tensor4D, times, condition),
}

function conditionSpecs(config: UnetConfig): ConditionSpec[] {
  const { extra_channels: extra = 0 } = config
  const embedded = embeddedSpec(config)
  return [
    ...(embedded ? [embedded] : []),
    ...(extra > 0 ? [{ kind: 'channels', count: extra } as const] : []),
  ]
}

function embeddedSpec(config: UnetConfig): ConditionSpec | undefined {
  const { class_embed_type: type, num_class_embeds: rows } = config
  if (type === 'timestep') return { kind: 'values' }
  if (type === 'identity') return { kind: 'vectors', width: timeEmbeddingWidth(config) }
  if (config.cross_attention_dim) return tokenSpec(config as UnetConfig & TokenConfig)
  return rows ? { kind: 'labels', classes: rows - 1, last: rows - 1 } : undefined
}

/** State shared by the parts of one evaluation. */
interface Pass {
  config: UnetConfig
  weights: Weights
  /** Tokens for cross-attention: `[b, n, cross_attention_dim]`, or `[1, n, ...]` for all items. */
  tokens: Tensor3D | undefined
  /**
   * Projected embedding of t and condition for each residual block by name: `[b, c]`, or one row
   * for all.
   */
  projected: ReadonlyMap<string, Tensor2D>
  options: Omit<BlockOptions, 'drop'>
  /** Returns the dropout of the next block, during training. */
  drop: (() => BlockOptions['drop']) | undefined
  training: TrainingMode | undefined
  watch: WatchAt | undefined
}

function evaluate(
  model: Model,
  x: Tensor4D,
  times: Times,
  condition: Conditioning | undefined,
  watch?: WatchAt,
): Tensor4D {
  const config = toUnetConfig(model)
  const { weights } = model
  const { training } = model
  const options = blockOptions(config, model)
  const drop = training && config.dropout > 0 ? dropper(config.dropout, training) : undefined
  const tokens = conditionTokens(config, weights, condition)
  const input = concatChannels(x, condition, config.extra_channels ?? 0)
  const inputs = [input, embed(model, times, condition), ...(tokens ? [tokens] : [])]
  const run = (inputs: readonly Tensor[]) => {
    const [x, embedding, tokens] = inputs as [Tensor4D, Tensor2D, Tensor3D | undefined]
    const projected = projectEmbedding(embedding, weights)
    return network(x, { config, weights, projected, tokens, options, drop, training, watch })
  }
  const unless = watch
    ? replayMessages.attentionMaps()
    : drop
      ? replayMessages.dropout()
      : undefined
  return captureOrReplay({
    key: capturableWork(config, model),
    weights,
    inputs,
    run,
    unless,
  }) as Tensor4D
}

const works = new WeakMap<UnetConfig, Record<string, object>>()

/** Key of captures: float16 storage and activation checkpointing run different kernels. */
function capturableWork(config: UnetConfig, { activations, training }: Model): object {
  let ofConfig = works.get(config)
  if (!ofConfig) works.set(config, (ofConfig = {}))
  return (ofConfig[`${activations} ${training?.checkpointing}`] ??= {})
}

/** Evaluates the network, given embedding and tokens. */
function network(x: Tensor4D, pass: Pass): Tensor4D {
  const { config, weights } = pass
  const structure = unetStructure(config)
  let h = namedConv(config.center_input_sample ? x.mul(2).sub(1) : x, weights, 'conv_in', {
    half: pass.options.half ?? false,
  })
  const skips = [h]
  for (const level of structure.down) h = goDown(h, level, skips, pass)
  if (structure.middle) h = goThrough(h, structure.middle, pass)
  for (const level of structure.up) h = goUp(h, level, skips, pass)
  return namedConv(
    normaliseInput(h, weights, 'conv_norm_out', { ...pass.options, activation: 'silu' }),
    weights,
    'conv_out',
  )
}

/**
 * Cross-attention weights over the tokens, `[b, h, w, n]`, averaged over heads and over blocks of
 * equal size, by the longer side of the feature maps. The model has cross-attention; the other
 * arguments are as for `predict`, already checked.
 */
export function attentionMaps(
  model: Model,
  x: Tensor4D,
  t: Float64Array,
  condition: Conditioning | undefined,
): Map<number, Tensor4D> {
  const found = new Map<number, Tensor4D[]>()
  evaluate(model, x, { t }, condition, (shares, height, width) => {
    const side = Math.max(height, width)
    const maps = shares.reshape([shares.shape[0], height, width, -1]) as Tensor4D
    found.set(side, [...(found.get(side) ?? []), maps])
  })
  return new Map(
    [...found].map(([side, maps]) => [side, tf.addN(maps).div(maps.length) as Tensor4D]),
  )
}

/** Embeds t and the condition, including the activation with which every residual block starts. */
function embed(model: Model, times: Times, condition: Conditioning | undefined): Tensor2D {
  const config = toUnetConfig(model)
  const { weights } = model
  const time = timeEmbedding(timeRows(times), weights, 'time_embedding', config, times.tensor)
  const extra = embedCondition(config, weights, condition)
  return unetActivations[config.act_fn](extra ? time.add(extra) : time) as Tensor2D
}

function embedCondition(
  config: UnetConfig,
  weights: Weights,
  condition: Conditioning | undefined,
): Tensor2D | undefined {
  const numbers = findNumbers(condition)
  if (numbers)
    return timeEmbedding(timeRows(numbers), weights, 'class_embedding', config, numbers.tensor)
  const vector = findPart(condition, 'vectors')
  if (vector) return vector.vectors as Tensor2D
  const rows = config.num_class_embeds
  if (!rows || config.class_embed_type !== null) return undefined
  const indices = (labelsOrNone(condition) ?? Int32Array.of(-1)).map((label) =>
    label < 0 ? rows - 1 : label,
  )
  return tf.matMul(oneHot(distinct(indices), rows), weights['class_embedding.weight'] as Tensor2D)
}

const blockOptions = (config: UnetConfig, { activations }: Model): Pass['options'] => ({
  groups: config.norm_num_groups,
  eps: config.norm_eps,
  activation: config.act_fn,
  time_scale_shift: config.resnet_time_scale_shift,
  output_scale: 1,
  half: activations === 'float16',
})

/**
 * Creates dropout with independent draws per block and step, reproducible after resuming and during
 * recomputation.
 */
function dropper(rate: number, { seed, step }: TrainingMode): NonNullable<Pass['drop']> {
  let places = 0
  return () => {
    const place = places++
    return (x) => dropout(x, rate, createRandom(seed, [step, place])) as Tensor4D
  }
}

/**
 * A block of what comes into it, and of weights whose names begin with its own; the embedding comes
 * projected. Nothing else of it is left than what it gives, and in a training what it needs on the
 * way back: what came into it alone, if it is computed again there.
 */
function through(
  name: string,
  inputs: Tensor[],
  { weights, training, watch }: Pass,
  block: Block<Tensor4D>,
): Tensor4D {
  // An observer keeps the attention maps.
  if (watch) return block(inputs, weights)
  if (!training?.checkpointing)
    return tf.tidy(() =>
      training ? runWithoutCheckpoint(block, inputs, weights) : block(inputs, weights),
    )
  const own = Object.entries(weights).filter(
    ([key]) => key.startsWith(`${name}.`) && !key.includes('.time_emb_proj.'),
  )
  return checkpointed(block, inputs, Object.fromEntries(own))
}

function goDown(h: Tensor4D, level: Level, skips: Tensor4D[], pass: Pass): Tensor4D {
  level.resnets.forEach((block, i) => {
    h = resnet(h, block, pass)
    if (level.attentions[i]) h = attend(h, level.attentions[i], pass)
    skips.push(h)
  })
  if (!level.resample) return h
  h = resample(h, level.resample, pass)
  skips.push(h)
  return h
}

function goThrough(
  h: Tensor4D,
  { resnets, attention }: { resnets: ResnetBlock[]; attention: AttentionBlock | undefined },
  pass: Pass,
) {
  const scaled = {
    ...pass,
    options: { ...pass.options, output_scale: pass.config.mid_block_scale_factor },
  }
  h = resnet(h, resnets[0], scaled)
  if (attention) h = attend(h, attention, scaled)
  return resnet(h, resnets[1], scaled)
}

function goUp(h: Tensor4D, level: Level, skips: Tensor4D[], pass: Pass): Tensor4D {
  level.resnets.forEach((block, i) => {
    h = resnet([h, skips.pop()!], block, pass)
    if (level.attentions[i]) h = attend(h, level.attentions[i], pass)
  })
  return level.resample ? resample(h, level.resample, pass) : h
}

function resnet(h: Features, { name, resample }: ResnetBlock, pass: Pass): Tensor4D {
  const drop = pass.drop?.()
  const options = { ...pass.options, ...(drop && { drop }), ...(resample && { resample }) }
  return through(
    name,
    [pass.projected.get(name)!, ...featureParts(h)],
    pass,
    ([projected, x, skip], weights) =>
      resnetBlock(
        (skip ? [x, skip] : x) as Features,
        projected as Tensor2D,
        weights,
        name,
        options,
      ),
  )
}

function attend(
  h: Tensor4D,
  { kind, name, heads, groups, cross }: AttentionBlock,
  pass: Pass,
): Tensor4D {
  const { options, watch } = pass
  if (cross) {
    const [, height, width] = h.shape
    const settings = {
      heads,
      groups: options.groups,
      layers: cross.layers,
      ...(watch && { watch: (shares: Tensor3D) => watch(shares, height, width) }),
    }
    return through(name, [h, pass.tokens!], pass, ([h, tokens], weights) =>
      transformer(h as Tensor4D, tokens as Tensor3D, weights, name, settings),
    )
  }
  const block = kind === 'linear' ? linearAttentionBlock : selfAttentionBlock
  return through(name, [h], pass, ([h], weights) =>
    block(h as Tensor4D, weights, name, { ...options, heads, groups }),
  )
}

function resample(h: Tensor4D, resample: Resample, pass: Pass): Tensor4D {
  if (resample.kind === 'resnet') return resnet(h, resample.block, pass)
  const { weights, config, options } = pass
  return resample.direction === 'down'
    ? downsample(h, weights, resample.name, config.downsample_padding, options)
    : upsample(h, weights, resample.name, options)
}
