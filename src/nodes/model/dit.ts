// DiT: a transformer for images, diffusers' DiTTransformer2DModel.
import type { DitConfig } from '../../engine/models/kinds/dit/config.ts'
import { ditImageSize, ditWidth, parseDitConfig } from '../../engine/models/kinds/dit/config.ts'
import { dit as makeDit } from '../../engine/models/kinds/dit/dit.ts'
import { ditLayers } from '../../engine/models/kinds/dit/graph.ts'
import { countParameters } from '../../engine/models/graph/weights.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { defineNode, param, slot } from '../define.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'
import type { ImageFacts } from './datasetImages.ts'
import { datasetImages } from './datasetImages.ts'
import { classCount, imageChannels, patchSize, sampleSize } from './imageParams.ts'
import { learnedVariance, modelFacts, predictsParam } from './predicts.ts'
import { networkRows } from '../layers/networkRows.ts'

export const dit = defineNode({
  type: 'diffusion/DiT',
  title: 'DiT',
  category: 'model',
  summary:
    'New network for images: a diffusion transformer, whose tokens are patches of the image and attend to each other. Time and class scale and shift its layers (adaLN-zero).',
  aliases: [
    'diffusion transformer',
    'DiTTransformer2DModel',
    'vit',
    'vision transformer',
    'transformer',
  ],
  source: "Peebles & Xie 2023; diffusers' DiTTransformer2DModel",
  inputs: {
    dataset: slot.optional(slot.dataset('Sets image size, channels and number of classes')),
  },
  outputs: { model: slot.model('Untrained model') },
  params: {
    sample_size: sampleSize(8),
    channels: imageChannels,
    patch_size: patchSize,
    num_layers: param.integer(4, { min: 1, max: 128 }, 'Transformer blocks in a row'),
    num_attention_heads: param.integer(4, { min: 1, max: 256 }, 'Attention heads of each block'),
    attention_head_dim: param.integer(
      32,
      { min: 1, max: 1024 },
      'Channels per head; the width of the tokens is that of all heads',
    ),
    num_classes: classCount,
    predicts: predictsParam,
    learned_variance: learnedVariance,
    dropout: param.advanced(
      param.real(
        0,
        { min: 0, max: 0.99, slider: true },
        'Dropout after the attention and in the feed-forward networks during training',
      ),
    ),
    zero_init: param.advanced(
      param.toggle(
        true,
        'Initializes the layers that scale and shift to zero, so that each block begins as the identity (adaLN-zero)',
      ),
    ),
    seed: param.advanced(param.seed('Equal seeds start with equal weights')),
  },
  opens: true,
  room: { width: 260, height: 130 },
  staticOutputs: (params) => ({ model: modelFacts(params) }),
  run: (
    { dataset },
    { predicts, zero_init, learned_variance, seed: _seed, ...params },
    { random },
  ) => {
    const images = dataset ? datasetImages(dataset) : params
    const variance = learned_variance === 'none' ? undefined : learned_variance
    checkWidth(params)
    checkPatches(images, params.patch_size)
    const config = parseDitConfig({
      sample_size: images.sample_size,
      patch_size: params.patch_size,
      in_channels: images.channels,
      out_channels: variance ? 2 * images.channels : null,
      num_layers: params.num_layers,
      num_attention_heads: params.num_attention_heads,
      attention_head_dim: params.attention_head_dim,
      num_embeds_ada_norm: images.num_classes,
      dropout: params.dropout,
    })
    checkParameters(config)
    return {
      model: makeDit(config, predicts, random, { zero_init, ...(variance && { variance }) }),
    }
  },
  show: ({ model }) => model && { kind: 'rows', rows: networkRows(model) ?? [] },
})

/** Checks that the positions fit: sines and cosines of row and column. */
function checkWidth(params: Pick<DitConfig, 'num_attention_heads' | 'attention_head_dim'>) {
  if (ditWidth(params) % 4 === 0) return
  const { num_attention_heads: heads, attention_head_dim: dim } = params
  throw new NodeError({
    param: 'attention_head_dim',
    message: modelNodeMessages.tokenWidth({ heads, dim }),
    cure: modelNodeMessages.takeNumber({ number: 4 * Math.ceil(dim / 4) }),
  })
}

/** Throws NodeError, at `patch_size`, unless it divides the sides of the images. */
export function checkPatches({ sample_size }: Pick<ImageFacts, 'sample_size'>, patch: number) {
  const sides = ditImageSize({ sample_size })
  if (sides.every((side) => side % patch === 0)) return
  const fits = (size: number) => sides.every((side) => side % size === 0)
  let fitting = patch
  while (!fits(fitting)) fitting--
  throw new NodeError({
    param: 'patch_size',
    message: modelNodeMessages.patches({ size: sides.join(' x '), patch }),
    cure: modelNodeMessages.takeNumber({ number: fitting }),
  })
}

/** Limit on the parameters: 1 GiB of float32. Training takes four times that. */
const MOST_PARAMETERS = 2 ** 28

function checkParameters(config: DitConfig) {
  const parameters = countParameters(ditLayers(config))
  if (parameters <= MOST_PARAMETERS) return
  throw new NodeError({
    param: 'attention_head_dim',
    message: modelNodeMessages.largeDit({
      millions: Math.ceil(parameters / 1e6).toLocaleString('en'),
    }),
    cure: modelNodeMessages.smallerDit({ most: Math.floor(MOST_PARAMETERS / 1e6) }),
  })
}
