// ModelOutput: creates a model from layers.
import type { Origin } from '../../engine/checkpoint/origin.ts'
import { parseOrigin } from '../../engine/checkpoint/origin.ts'
import type { Random } from '../../engine/base/random.ts'
import type { PredictionType, VarianceKind } from '../../engine/base/values.ts'
import type { Model } from '../../engine/models/model.ts'
import { isSameGraph, toLayerGraph } from '../../engine/models/graph/features.ts'
import { viewText } from '../../engine/base/viewTexts.ts'
import type { Layer, LayerGraph } from '../../engine/models/graph/layer.ts'
import { checkLayersModel } from '../../engine/models/kinds/layers/graph.ts'
import { layersModel, reuseWeights } from '../../engine/models/kinds/layers/layers.ts'
import { defineNode, param, slot } from '../define.ts'
import { learnedVariance, modelFacts, predictsParam } from '../model/predicts.ts'
import { networkRows } from './networkRows.ts'

/** Param with the closed model that layers have replaced. */
export const originParam = param.advanced(
  param.text(
    '',
    'Config of the closed model that these layers have replaced; they start with the same weights as there',
    true,
  ),
)

export const modelOutput = defineNode({
  type: 'diffusion/ModelOutput',
  category: 'layers',
  summary:
    'Creates a model from the layers that lead to x, untrained or with weights of another model.',
  aliases: ['build network', 'custom model', 'nn.Module', 'network output'],
  inputs: {
    x: slot.features(
      'Prediction, of the shape of x of ModelInput; twice its channels with a learned variance',
    ),
    weights: slot.optional(
      slot.model(
        'Model whose weights are reused by layers of equal name and shape; other layers start new',
      ),
    ),
  },
  outputs: { model: slot.model('Model of these layers') },
  params: {
    predicts: predictsParam,
    learned_variance: learnedVariance,
    origin: originParam,
    seed: param.advanced(param.seed('Equal seeds start with equal weights')),
  },
  room: { width: 260, height: 150 },
  staticOutputs: (params) => ({ model: modelFacts(params) }),
  check: ({ learned_variance, origin }, { x }) => {
    parseOrigin(origin)
    if (x) checkLayersModel(toLayerGraph({ predict: x }), learned_variance !== 'none')
  },
  run: ({ x, weights }, { predicts, learned_variance, origin: text }, { random }) => {
    const variance = learned_variance === 'none' ? undefined : learned_variance
    const graph = toLayerGraph({ predict: x })
    const made = createModel(graph, { predicts, variance, random, origin: parseOrigin(text) })
    return { model: weights ? reuseWeights(made, weights) : made }
  },
  show: ({ model }) => model && { kind: 'rows', rows: rowsOf(model) },
})

/** Rows about a model; a closed one whose layers are as they were has those of its own node. */
const rowsOf = (model: Model): [string, string][] => networkRows(model) ?? parameterRows(model)

const parameterRows = ({ weights }: Model): [string, string][] => [
  [
    viewText('parameters'),
    Object.values(weights)
      .reduce((sum, { size }) => sum + size, 0)
      .toLocaleString('en'),
  ],
]

interface Wanted {
  predicts: PredictionType
  variance: VarianceKind | undefined
  random: Random
  origin: Origin | undefined
}

/** The closed model that the layers were opened from, if they are still the same; else their own. */
export function createModel(
  graph: LayerGraph,
  { predicts, variance, random, origin }: Wanted,
): Model {
  if (!origin) return layersModel(graph, predicts, random, { variance })
  const own = withoutPrefix(graph, origin.graph)
  const closed = origin.create(predicts, random, variance)
  if (isSameGraph(own, origin.graph)) return closed
  const from = { graph: origin.graph, weights: closed.weights, buffers: closed.buffers }
  return layersModel(own, predicts, random, { variance, origin: from })
}

/**
 * The graph with the names that its origin has: without the prefix of the subgraph that all layers
 * are in.
 */
function withoutPrefix({ layers, functions }: LayerGraph, origin: LayerGraph): LayerGraph {
  const namesOf = (all: readonly Layer[]) => all.flatMap(({ name }) => name ?? [])
  const [first, ...others] = namesOf(layers).map((name) => name.split('.').slice(0, -1))
  if (!first) return { layers, functions }
  const count = others.reduce((shared, parts) => {
    const end = parts.findIndex((part, i) => part !== first[i])
    return Math.min(shared, end < 0 ? parts.length : end)
  }, first.length)
  const prefix = first.slice(0, count).map((part) => `${part}.`)
  const text = prefix.join('')
  if (text === '' || namesOf(origin.layers).some((name) => name.startsWith(prefix[0])))
    return { layers, functions }
  return {
    layers: layers.map((layer) =>
      layer.name === undefined ? layer : { ...layer, name: layer.name.slice(text.length) },
    ),
    functions,
  }
}
