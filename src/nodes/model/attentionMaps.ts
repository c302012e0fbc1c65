// AttentionMaps: attention weights of a model as images.
import type { LayerAttention } from '../../engine/models/attentionMaps.ts'
import { layerAttention, tokenMaps } from '../../engine/models/attentionMaps.ts'
import { toConditioning } from '../../engine/models/condition.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Tensor, Tensor3D, Tensor4D } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import { defineNode, type RunParams, param, slot } from '../define.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'

const params = {
  resolution: param.integer(
    0,
    { min: 0, max: 4096 },
    'Without a layer: resolution of the feature maps; 0: the highest with attention to tokens. Averages the blocks at this resolution',
  ),
  layer: param.added(
    param.text(
      '',
      'Name of one attention layer, such as mid_block.attentions.0; ModelSummary lists the layers. Empty: mean over the cross-attention layers of the resolution',
    ),
  ),
  heads: param.added(
    param.choice(['mean', 'each'], 'Heads of the layer', {
      mean: 'Mean over the heads',
      each: 'A map per head',
    }),
  ),
  query_row: param.added(
    param.integer(
      -1,
      { min: -1, max: 4096 },
      'Self-attention: row of the query pixel in x_t; -1: mean over all rows',
    ),
  ),
  query_column: param.added(
    param.integer(
      -1,
      { min: -1, max: 4096 },
      'Self-attention: column of the query pixel in x_t; -1: mean over all columns',
    ),
  ),
}

export const attentionMaps = defineNode({
  type: 'diffusion/AttentionMaps',
  category: 'model',
  summary:
    'Attention maps of a prediction as images. Cross-attention: for each token of the condition, how strongly each position attends to it. Self-attention: how strongly a query pixel attends to each position.',
  aliases: ['attention heatmap', 'daam', 'attention weights'],
  equation: '\\mathrm{softmax}\\left(\\frac{q k^\\top}{\\sqrt{d}}\\right)',
  source: 'Hertz et al. 2022, section 3',
  inputs: {
    model: slot.model('Model with attention'),
    x_t: slot.samples('Noisy data'),
    t: slot.timestep('One per item, or one for all items; not -1'),
    condition: slot.optional(slot.condition('Condition of the model; none if not connected')),
    image: slot.optional(
      slot.samples('Images to draw the maps on, in red; one per item, or one for all'),
    ),
  },
  outputs: {
    maps: slot.samples(
      '[b n, h, w, 1], the n tokens of an item in turn: -1 is weight 0, 1 is weight 1. The weights of all tokens sum to 1. With heads: [b heads n, h, w, 1]. Self-attention has one map instead of n, and 1 is its largest weight',
    ),
  },
  params,
  run: ({ model, x_t, t, condition, image }, params) => {
    const given = condition && toConditioning(condition)
    const maps = params.layer
      ? layerMaps(layerAttention(model, params.layer, x_t.tensor, t, given), x_t.tensor, params)
      : toTokenImages(averagedMaps(tokenMaps(model, x_t.tensor, t, given), params.resolution))
    const tensor = image ? drawOn(maps, image.tensor, x_t.tensor) : maps.mul(2).sub(1)
    return { maps: { type: 'samples', tensor, space: 'image' } }
  },
})

function averagedMaps(found: ReadonlyMap<number, Tensor4D>, resolution: number): Tensor4D {
  const sides = [...found.keys()].sort((a, b) => b - a)
  const maps = found.get(resolution || sides[0])
  if (maps) return maps
  throw new NodeError({
    param: 'resolution',
    message: modelNodeMessages.noTokensAt({ resolution, sides: sides.join(', ') }),
    cure: modelNodeMessages.chooseResolution(),
  })
}

/** Reshapes weights `[b, h, w, n]` into images `[b n, h, w, 1]`. */
function toTokenImages(maps: Tensor4D): Tensor4D {
  const [b, h, w, n] = maps.shape
  return maps.transpose([0, 3, 1, 2]).reshape([b * n, h, w, 1])
}

type LayerParams = Omit<RunParams<typeof params>, 'resolution' | 'layer'>

/** Maps of one layer as images with weights from 0 to 1. */
function layerMaps(
  { probabilities, kind, queries, keys }: LayerAttention,
  x: Tensor,
  { heads, ...query }: LayerParams,
): Tensor4D {
  const [b, count, n, m] = probabilities.shape
  const rows = heads === 'mean' ? 1 : count
  const weights = (rows === 1 ? probabilities.mean(1, true) : probabilities).reshape([
    b * rows,
    n,
    m,
  ]) as Tensor3D
  if (kind === 'cross') {
    const [height, width] = queries ?? [1, n]
    return toTokenImages(weights.reshape([b * rows, height, width, m]))
  }
  const [height, width] = keys ?? [1, m]
  const all = weights.reshape([b * rows, ...(queries ?? [1, n]), m]) as Tensor4D
  const chosen = chooseQueries(all, x, query).mean([1, 2]) as Tensor
  return chosen.div(chosen.max(1, true)).reshape([b * rows, height, width, 1])
}

/** The weights `[b, h, w, m]` of the queries at a pixel of `x`; all rows or columns for -1. */
function chooseQueries(
  weights: Tensor4D,
  { shape }: Tensor,
  { query_row, query_column }: Omit<LayerParams, 'heads'>,
): Tensor4D {
  const places = { query_row, query_column }
  let chosen = weights
  for (const [param, axis] of [
    ['query_row', 1],
    ['query_column', 2],
  ] as const) {
    const side = shape.length === 4 ? shape[axis]! : weights.shape[axis]
    const place = places[param]
    if (place < 0) continue
    if (place >= side)
      throw new NodeError({
        param,
        message: modelNodeMessages.queryPixel({ last: side - 1, got: place }),
        cure: modelNodeMessages.takeNumber({ number: side - 1 }),
      })
    const at = Math.floor((place * weights.shape[axis]) / side)
    chosen = tf.slice(
      chosen,
      axis === 1 ? [0, at, 0, 0] : [0, 0, at, 0],
      axis === 1 ? [-1, 1, -1, -1] : [-1, -1, 1, -1],
    )
  }
  return chosen
}

/**
 * Images `[k, h, w, 3]` from -1 to 1, with the weights `[k, h', w', 1]` in red over grey. `images`
 * has one item, or as many as `x`.
 */
function drawOn(weights: Tensor4D, images: Tensor, x: Tensor): Tensor4D {
  const items = x.shape[0]
  if (images.rank !== 4 || (images.shape[0] !== 1 && images.shape[0] !== items))
    throw new NodeError({
      slot: 'image',
      message: modelNodeMessages.mapImages({ items, shape: images.shape }),
      cure: modelNodeMessages.mapImagesOfBatch(),
    })
  const [, height, width] = images.shape as [number, number, number]
  const grey = images.mean(3, true).add(1).div(2).clipByValue(0, 1)
  const perItem = weights.shape[0] / items
  const all = tf
    .tile(grey.reshape([images.shape[0], 1, height, width]), [
      items / images.shape[0],
      perItem,
      1,
      1,
    ])
    .reshape([weights.shape[0], height, width, 1])
  const share = tf.image.resizeNearestNeighbor(weights, [height, width])
  const dimmed = all.mul(share.mul(-1).add(1))
  return tf
    .concat([dimmed.add(share), dimmed, dimmed], 3)
    .mul(2)
    .sub(1) as Tensor4D
}
