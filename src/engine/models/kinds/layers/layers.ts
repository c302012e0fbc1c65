// Models whose network is a graph of layers, wired by hand or read from a file.
import type { Random } from '../../../base/random.ts'
import { mapEntries } from '../../../base/records.ts'
import type { Tensor } from '../../../base/tf.ts'
import type { Buffers, PredictionType, VarianceKind, Weights } from '../../../base/values.ts'
import type { Model, ModelOf } from '../../model.ts'
import { createWeights, layerStreams } from '../../graph/firstWeights.ts'
import type { LayerGraph } from '../../graph/layer.ts'
import type { LayerWeights } from '../../graph/weights.ts'
import { layersWithWeights } from '../../graph/weights.ts'
import type { LayersConfig } from './config.ts'
import { checkLayersModel } from './graph.ts'

/** The closed model that layers were opened from: its graph, and its first weights. */
export interface LayersOrigin {
  graph: LayerGraph
  weights: Weights
  buffers?: Buffers | undefined
}

/**
 * Creates a model of layers with PyTorch's initialisation. Layers that are in `origin` with weights
 * of the same shape start with those, and come first, in its order.
 */
export function layersModel(
  graph: LayerGraph,
  prediction: PredictionType,
  random: Random,
  { variance, origin }: { variance?: VarianceKind | undefined; origin?: LayersOrigin } = {},
): ModelOf<'layers'> {
  const { layers, functions } = graph
  const dropouts = origin?.graph.layers.flatMap(({ op, name }) =>
    op === 'dropout' && name !== undefined ? [name] : [],
  )
  const config: LayersConfig = {
    format: 1,
    layers,
    functions,
    ...(dropouts?.length && { dropouts }),
  }
  checkLayersModel(config, variance !== undefined)
  return {
    type: 'model',
    kind: 'layers',
    config,
    predicts: prediction,
    ...(variance && { variance }),
    ...firstWeights(layersWithWeights(graph), random, origin),
    children: {},
  }
}

/**
 * Weights from `given` where name and shape are the same, in its order; then new ones, which depend
 * on the name of their layer only, so that others can come and go.
 */
function firstWeights(
  layers: readonly LayerWeights[],
  random: Random,
  { weights: given = {}, buffers: fixed = {} }: Partial<LayersOrigin> = {},
): Pick<Model, 'weights' | 'buffers'> {
  const shapes = new Map(
    layers.flatMap(({ name, specs }) =>
      specs.map(({ part, shape }): [string, string] => [`${name}.${part}`, String(shape)]),
    ),
  )
  const isSame = ([key, { shape }]: [string, Tensor]) => shapes.get(key) === String(shape)
  const taken = Object.fromEntries(Object.entries(given).filter(isSame))
  const isTaken = (key: string) => Object.hasOwn(taken, key)
  const added = layers.filter(
    ({ name, specs }) => !specs.every(({ part }) => isTaken(`${name}.${part}`)),
  )
  const { weights, buffers } = createWeights(added, layerStreams(random))
  return {
    weights: { ...taken, ...weights, ...taken },
    ...(buffers && { buffers: takeBuffers(buffers, fixed) }),
  }
}

/** The buffers with those of `given` in place of ones of the same name and length. */
const takeBuffers = (own: Buffers, given: Buffers): Buffers =>
  mapEntries(own, (key, numbers) =>
    Object.hasOwn(given, key) && given[key].length === numbers.length ? given[key] : numbers,
  )

/**
 * The model with the weights of `given` where name and shape are the same. The others keep their
 * first values.
 */
export function reuseWeights(model: Model, given: Model): Model {
  const { weights: own } = model
  const { weights: other } = given
  const isTaken = (key: string) =>
    Object.hasOwn(other, key) && String(other[key].shape) === String(own[key].shape)
  const layerOf = (key: string) => key.replace(/\.[^.]+$/, '')
  const layersOf = (keys: readonly string[]) => [...new Set(keys.map(layerOf))]
  const keys = Object.keys(own)
  const changed = keys.filter((key) => !isTaken(key))
  const reshaped = changed.filter((key) => Object.hasOwn(other, key))
  return {
    ...model,
    weights: Object.fromEntries(
      keys.map((key) => [key, isTaken(key) ? other[key].clone() : own[key]]),
    ),
    ...(model.buffers && { buffers: takeBuffers(model.buffers, given.buffers ?? {}) }),
    reused: {
      taken: keys.length - changed.length,
      fresh: layersOf(changed.filter((key) => !Object.hasOwn(other, key))),
      reshaped: layersOf(reshaped),
      unused: layersOf(Object.keys(other).filter((key) => !Object.hasOwn(own, key))),
    },
  }
}
