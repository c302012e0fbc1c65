// The UNets of diffusers (UNet2DModel, UNet2DConditionModel), evaluated. Ronneberger et al. 2015; for diffusion Ho et al. 2020, appendix B.
import type { Block } from '../../layers/checkpointed.ts'
import { checkpointed, plain } from '../../layers/checkpointed.ts'
import { dropout } from '../../layers/dropout.ts'
import { oneHot } from '../../layers/embedding.ts'
import type { Features } from '../../layers/stage.ts'
import { partsOf } from '../../layers/stage.ts'
import { randomOf } from '../../random.ts'
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '../../tf.ts'
import { tf } from '../../tf.ts'
import type { Conditioning, Model, TrainingMode, Weights } from '../../values.ts'
import { replayed } from '../../webgpu/replay.ts'
import type { ConditionSpec } from '../condition.ts'
import { distinct, labelsOf } from '../condition.ts'
import type { ModelKind } from '../kind.ts'
import type { BlockOptions } from './blocks.ts'
import {
  convOf,
  downsample,
  normalised,
  projectedFor,
  resnetBlock,
  linearAttentionBlock,
  selfAttentionBlock,
  timeEmbedding,
  unetActivations,
  upsample,
} from './blocks.ts'
import type { UnetConfig } from './config.ts'
import { sizeOf, timeWidthOf } from './config.ts'
import type { AttentionBlock, Level, Resample, ResnetBlock } from './structure.ts'
import { unetStructure } from './structure.ts'
import type { TokenConfig } from './tokens.ts'
import type { WatchAt } from './tokenInput.ts'
import { tokenSpec, tokensOf } from './tokenInput.ts'
import { transformer } from './transformer.ts'

/** The config of a model of kind `unet`. */
const unetConfigOf = (model: Model) => model.config as unknown as UnetConfig

export const unetKind: ModelKind = {
  trainable: true,
  itemShape: (model) => [...sizeOf(unetConfigOf(model)), unetConfigOf(model).in_channels],
  condition: (model) => conditionSpec(unetConfigOf(model)),
  evaluate: (model, x, { t }, condition) => evaluate(model, x as Tensor4D, t, condition),
}

function conditionSpec(config: UnetConfig): ConditionSpec | undefined {
  const { class_embed_type: type, num_class_embeds: rows } = config
  if (type === 'timestep') return { kind: 'values' }
  if (type === 'identity') return { kind: 'vectors', width: timeWidthOf(config) }
  if (config.cross_attention_dim) return tokenSpec(config as UnetConfig & TokenConfig)
  return rows ? { kind: 'labels', classes: rows - 1, last: rows - 1 } : undefined
}

/** What the parts of one evaluation have in common. */
interface Pass {
  config: UnetConfig
  weights: Weights
  /** What blocks attend to, where some do: `[b, n, cross_attention_dim]`, or `[1, n, cross_attention_dim]` for all. */
  tokens: Tensor3D | undefined
  /** The embedding of t and of the condition as each residual block takes it, by its name: `[b, c]`, or one row for all. */
  projected: ReadonlyMap<string, Tensor2D>
  options: Omit<BlockOptions, 'drop'>
  /** Of the next place, while training. */
  drop: (() => BlockOptions['drop']) | undefined
  training: TrainingMode | undefined
  watch: WatchAt | undefined
}

function evaluate(model: Model, x: Tensor4D, t: Float64Array, condition: Conditioning | undefined, watch?: WatchAt): Tensor4D {
  const config = unetConfigOf(model)
  const { weights } = model
  const { training } = model
  const options = blockOptions(config, model)
  const drop = training && config.dropout > 0 ? dropper(config.dropout, training) : undefined
  const tokens = tokensOf(config, weights, condition)
  const inputs = [x, embed(model, t, condition), ...(tokens ? [tokens] : [])]
  const run = (inputs: readonly Tensor[]) => {
    const [x, embedding, tokens] = inputs as [Tensor4D, Tensor2D, Tensor3D | undefined]
    const projected = projectedFor(embedding, weights)
    return network(x, { config, weights, projected, tokens, options, drop, training, watch })
  }
  const unless = watch ? 'its attention is watched' : drop ? 'dropout draws anew every time' : undefined
  return replayed({ key: workOf(config, model), weights, inputs, run, unless }) as Tensor4D
}

const works = new WeakMap<UnetConfig, Record<string, object>>()

/** What recordings go by: where activations are halves other kernels run, and where blocks are computed again, more of them. */
function workOf(config: UnetConfig, { activations, training }: Model): object {
  let ofConfig = works.get(config)
  if (!ofConfig) works.set(config, (ofConfig = {}))
  return (ofConfig[`${activations} ${training?.checkpointing}`] ??= {})
}

/** From x to what the network says, with the embedding and the tokens at hand. */
function network(x: Tensor4D, pass: Pass): Tensor4D {
  const { config, weights } = pass
  const structure = unetStructure(config)
  let h = convOf(config.center_input_sample ? x.mul(2).sub(1) : x, weights, 'conv_in', {
    half: pass.options.half ?? false,
  })
  const skips = [h]
  for (const level of structure.down) h = goDown(h, level, skips, pass)
  if (structure.middle) h = goThrough(h, structure.middle, pass)
  for (const level of structure.up) h = goUp(h, level, skips, pass)
  return convOf(normalised(h, weights, 'conv_norm_out', { ...pass.options, activation: 'silu' }), weights, 'conv_out')
}

/**
 * What each pixel takes from each token, `[b, h, w, n]`, the mean over heads and over the blocks of one size of feature maps,
 * by the longer side of them. The model attends to tokens; the other arguments are as for `predict`, and checked.
 */
export function attentionMaps(
  model: Model,
  x: Tensor4D,
  t: Float64Array,
  condition: Conditioning | undefined,
): Map<number, Tensor4D> {
  const found = new Map<number, Tensor4D[]>()
  evaluate(model, x, t, condition, (shares, height, width) => {
    const side = Math.max(height, width)
    const maps = shares.reshape([shares.shape[0], height, width, -1]) as Tensor4D
    found.set(side, [...(found.get(side) ?? []), maps])
  })
  return new Map([...found].map(([side, maps]) => [side, tf.addN(maps).div(maps.length) as Tensor4D]))
}

/** The embedding of t, plus that of the condition, after the activation that every residual block begins with. */
function embed(model: Model, t: Float64Array, condition: Conditioning | undefined): Tensor2D {
  const config = unetConfigOf(model)
  const { weights } = model
  const time = timeEmbedding(distinct(t), weights, 'time_embedding', config)
  const extra = embedCondition(config, weights, condition)
  return unetActivations[config.act_fn](extra ? time.add(extra) : time) as Tensor2D
}

function embedCondition(config: UnetConfig, weights: Weights, condition: Conditioning | undefined): Tensor2D | undefined {
  if (condition?.kind === 'values') return timeEmbedding(distinct(condition.values), weights, 'class_embedding', config)
  if (condition?.kind === 'vectors') return condition.vectors as Tensor2D
  const rows = config.num_class_embeds
  if (!rows || config.class_embed_type !== null) return undefined
  const indices = (labelsOf(condition) ?? Int32Array.of(-1)).map((label) => (label < 0 ? rows - 1 : label))
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
 * Every place of the network has draws of its own at every step, so that a training that went on has the same, and a block that is
 * computed again.
 */
function dropper(rate: number, { seed, step }: TrainingMode): NonNullable<Pass['drop']> {
  let places = 0
  return () => {
    const place = places++
    return (x) => dropout(x, rate, randomOf(seed, [step, place])) as Tensor4D
  }
}

/**
 * A block of what comes into it, and of weights whose names begin with its own; the embedding comes projected. Nothing else of it is left than what it gives, and in a
 * training what it needs on the way back: what came into it alone, if it is computed again there.
 */
function through(name: string, inputs: Tensor[], { weights, training, watch }: Pass, block: Block<Tensor4D>): Tensor4D {
  // Who watches keeps what is shown.
  if (watch) return block(inputs, weights)
  if (!training?.checkpointing) return tf.tidy(() => (training ? plain(block, inputs, weights) : block(inputs, weights)))
  const own = Object.entries(weights).filter(([key]) => key.startsWith(`${name}.`) && !key.includes('.time_emb_proj.'))
  return checkpointed(block, inputs, Object.fromEntries(own))
}

function goDown(h: Tensor4D, level: Level, skips: Tensor4D[], pass: Pass): Tensor4D {
  level.resnets.forEach((block, i) => {
    h = resnet(h, block, pass)
    if (level.attentions[i]) h = attend(h, level.attentions[i], pass)
    skips.push(h)
  })
  if (!level.resample) return h
  h = resampled(h, level.resample, pass)
  skips.push(h)
  return h
}

function goThrough(
  h: Tensor4D,
  { resnets, attention }: { resnets: ResnetBlock[]; attention: AttentionBlock | undefined },
  pass: Pass,
) {
  const scaled = { ...pass, options: { ...pass.options, output_scale: pass.config.mid_block_scale_factor } }
  h = resnet(h, resnets[0]!, scaled)
  if (attention) h = attend(h, attention, scaled)
  return resnet(h, resnets[1]!, scaled)
}

function goUp(h: Tensor4D, level: Level, skips: Tensor4D[], pass: Pass): Tensor4D {
  level.resnets.forEach((block, i) => {
    h = resnet([h, skips.pop()!], block, pass)
    if (level.attentions[i]) h = attend(h, level.attentions[i], pass)
  })
  return level.resample ? resampled(h, level.resample, pass) : h
}

function resnet(h: Features, { name, resample }: ResnetBlock, pass: Pass): Tensor4D {
  const drop = pass.drop?.()
  const options = { ...pass.options, ...(drop && { drop }), ...(resample && { resample }) }
  return through(name, [pass.projected.get(name)!, ...partsOf(h)], pass, ([projected, x, skip], weights) =>
    resnetBlock((skip ? [x, skip] : x) as Features, projected as Tensor2D, weights, name, options),
  )
}

function attend(h: Tensor4D, { kind, name, heads, groups, cross }: AttentionBlock, pass: Pass): Tensor4D {
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
  return through(name, [h], pass, ([h], weights) => block(h as Tensor4D, weights, name, { ...options, heads, groups }))
}

function resampled(h: Tensor4D, resample: Resample, pass: Pass): Tensor4D {
  if (resample.kind === 'resnet') return resnet(h, resample.block, pass)
  const { weights, config, options } = pass
  return resample.direction === 'down'
    ? downsample(h, weights, resample.name, config.downsample_padding, options)
    : upsample(h, weights, resample.name, options)
}
