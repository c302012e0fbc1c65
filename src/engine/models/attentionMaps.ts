// Attention weights of a model, for display.
import { EngineError } from '../base/errors.ts'
import type { Tensor, Tensor3D, Tensor4D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import type { Conditioning } from '../base/values.ts'
import type { Model } from './model.ts'
import { attentionProbabilities, attentionShares } from '../layers/attention.ts'
import { modelMessages } from '../messages/models.ts'
import type { Times } from '../process/schedule.ts'
import type { GraphView } from './graph/analysis.ts'
import { imageAround } from './graph/images.ts'
import type { WatchAttention } from './graph/layer.ts'
import { runLayerByLayer, withoutTraining } from './graph/layerByLayer.ts'
import { runProgram } from './graph/program.ts'
import { forAll } from './graph/runs/arithmetic.ts'
import { layerTitles } from './graph/titles.ts'
import { findNetwork, inspectNetwork } from './predict.ts'

/** Height and width. */
type Size = readonly [height: number, width: number]

/** Weights of one attention layer. */
export interface LayerAttention {
  /** `[b, heads, queries, keys]`; the weights of a query sum to 1. */
  probabilities: Tensor4D
  /** `cross`: the keys come from the condition. `self`: they depend on x. */
  kind: 'self' | 'cross'
  /** Image whose pixels or patches are the queries; undefined for other tokens. */
  queries: Size | undefined
  keys: Size | undefined
}

/** Names of the layers with softmax attention of the first network of a model. */
export function attentionLayers(model: Model): string[] {
  const view = findNetwork(model)?.program.view
  return view ? attentionPositions(view).map((i) => layerTitles(view)[i]) : []
}

const attentionPositions = ({ layers, used }: GraphView): number[] =>
  layers.flatMap(({ op }, i) => (used[i] && op === 'attention' ? [i] : []))

/**
 * Weights per head of the attention layer `layer`, see {@link attentionLayers}. The network is
 * evaluated again, without replay and dropout. Throws EngineError as `predict` does, for a model
 * without a network, and for an unknown layer.
 */
export function layerAttention(
  model: Model,
  layer: string,
  x: Tensor,
  t: Times,
  condition: Conditioning | undefined,
): LayerAttention {
  let found: LayerAttention | undefined
  inspectNetwork(model, x, t, condition, (program, network, inputs) => {
    const { view } = program
    const wanted = attentionPositions(view).find((i) => layerTitles(view)[i] === layer)
    if (wanted === undefined) throw unknownLayer(model, layer)
    const [output] = runLayerByLayer(program, withoutTraining(network), inputs, {
      leave: (i, _, [q, k]) => {
        if (i === wanted) found = describeAttention(view, i, q as Tensor3D, k as Tensor3D)
      },
    })
    return output
  })
  return found!
}

function describeAttention(view: GraphView, i: number, q: Tensor3D, k: Tensor3D): LayerAttention {
  const { op, in: inputs, attrs } = view.layers[i]
  if (op !== 'attention') throw new Error(`The layer ${op} has no attention weights.`)
  const keys = forAll(k, q.shape[0]) as Tensor3D
  return {
    probabilities: attentionProbabilities(q, keys, attrs.heads),
    kind: view.dependsOnX[inputs[1]] ? 'self' : 'cross',
    queries: imageAround(view, inputs[0]),
    keys: imageAround(view, inputs[1]),
  }
}

function unknownLayer(model: Model, layer: string): EngineError {
  const layers = attentionLayers(model)
  return layers.length > 0
    ? new EngineError(modelMessages.attentionLayer, {
        argument: 'layer',
        layers: layers.join(', '),
        layer,
      })
    : new EngineError(modelMessages.withoutAttention, { argument: 'model' })
}

/**
 * Cross-attention weights of each pixel over the tokens, `[b, h, w, n]`, averaged over heads and
 * over layers of equal size, by the longer side of the feature maps. Throws EngineError as `predict`
 * does, and if the model contains no network with cross-attention.
 */
export function tokenMaps(
  model: Model,
  x: Tensor,
  t: Times,
  condition: Conditioning | undefined,
): Map<number, Tensor4D> {
  const view = findNetwork(model)?.program.view
  const isCross = (view: GraphView, i: number) => !view.dependsOnX[view.layers[i].in[1]]
  if (!view || !attentionPositions(view).some((i) => isCross(view, i)))
    throw new EngineError(modelMessages.noTokens, { argument: 'model' })
  const found = new Map<number, Tensor4D[]>()
  inspectNetwork(model, x, t, condition, (program, network, inputs) => {
    const { view } = program
    const watch: WatchAttention = ({ layer, q, k, heads }) => {
      const image = imageAround(view, layer)
      if (!isCross(view, layer) || !image) return
      const [height, width] = image
      const shares = attentionShares(q as Tensor3D, k as Tensor3D, heads)
      const maps = shares.reshape([shares.shape[0], height, width, -1]) as Tensor4D
      const side = Math.max(height, width)
      found.set(side, [...(found.get(side) ?? []), maps])
    }
    return runProgram(program, network, inputs, { watch })[0]
  })
  return new Map(
    [...found].map(([side, maps]) => [side, tf.addN(maps).div(maps.length) as Tensor4D]),
  )
}
