// Models whose network is a graph of layers, wired by hand or read from a file.
import { hashText } from '../base/hashText.ts'
import type { Random } from '../base/random.ts'
import type { Tensor } from '../base/tf.ts'
import type { Model, PredictionType, ReusedWeights, VarianceKind, Weights } from '../base/values.ts'
import { viewText } from '../base/viewTexts.ts'
import { createWeights } from './graph/firstWeights.ts'
import type { LayerGraph } from './graph/layer.ts'
import { memoize } from './graph/memoize.ts'
import { countSteps, createProgram, runProgram } from './graph/program.ts'
import type { LayerWeights } from './graph/weights.ts'
import { countParameters, layersWithWeights } from './graph/weights.ts'
import type { ModelKind } from './kind.ts'
import type { LayersConfig } from './layersConfig.ts'
import { checkLayersModel, conditionSpecs, inputShape, placesOf, viewOf } from './layersConfig.ts'

const configOf = ({ config }: Pick<Model, 'config'>) => config as unknown as LayersConfig

const programOf = memoize((config: LayersConfig) =>
  createProgram(config, ['predict'], placesOf(config)),
)

export const layersKind: ModelKind = {
  trainable: true,
  differentiableTime: true,
  itemShape: (model) => [...inputShape(configOf(model))],
  conditions: (model) => conditionSpecs(configOf(model)),
  evaluate: (model, x, times, condition) =>
    runProgram(programOf(configOf(model)), model, { x, times, condition })[0],
}

/** The closed model that layers were opened from: its graph, and its first weights. */
export interface LayersOrigin {
  graph: LayerGraph
  weights: Weights
}

/**
 * Creates a model of layers with PyTorch's initialisation. Layers that are in `origin` with weights
 * of the same shape start with those, and come first, in its order.
 */
export function layersModel(
  graph: LayerGraph,
  predicts: PredictionType,
  random: Random,
  { variance, origin }: { variance?: VarianceKind | undefined; origin?: LayersOrigin } = {},
): Model {
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
    config: { ...config },
    predicts,
    ...(variance && { variance }),
    weights: firstWeights(layersWithWeights(graph), random, origin?.weights ?? {}),
    children: {},
  }
}

/** Weights from `given` where name and shape are the same, in its order; then new ones. */
function firstWeights(layers: readonly LayerWeights[], random: Random, given: Weights): Weights {
  const shapes = new Map(
    layers.flatMap(({ name, specs }) =>
      specs.map(({ part, shape }): [string, string] => [`${name}.${part}`, String(shape)]),
    ),
  )
  const isSame = ([key, { shape }]: [string, Tensor]) => shapes.get(key) === String(shape)
  const taken = Object.fromEntries(Object.entries(given).filter(isSame))
  const isTaken = (key: string) => Object.hasOwn(taken, key)
  const added = layers
    .filter(({ name, specs }) => !specs.every(({ part }) => isTaken(`${name}.${part}`)))
    .map((layer) => startWeights(layer, random))
  return { ...taken, ...(Object.assign({}, ...added) as Weights), ...taken }
}

/** First weights depend on the name of a layer only, so that others can come and go. */
export const startWeights = (layer: LayerWeights, random: Random): Weights =>
  createWeights(layer, random.fork(hashText(layer.name)))

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
    reused: {
      taken: keys.length - changed.length,
      fresh: layersOf(changed.filter((key) => !Object.hasOwn(other, key))),
      reshaped: layersOf(reshaped),
      unused: layersOf(Object.keys(other).filter((key) => !Object.hasOwn(own, key))),
    },
  }
}

/** Describes a model of layers as rows of name and text. */
export function layersRows(model: Model): [string, string][] {
  const config = configOf(model)
  const { shapes } = viewOf(config)
  const { steps, fused } = countSteps(programOf(config))
  const { reused } = model
  return [
    [viewText('inputShape'), inputShape(config).join(' x ')],
    [viewText('outputShape'), shapes[config.functions.predict].join(' x ')],
    [viewText('layers'), String(config.layers.length)],
    [viewText('steps'), viewText('fusedSteps', steps, fused)],
    [viewText('parameters'), countParameters(layersWithWeights(config)).toLocaleString('en')],
    ...(reused ? reusedRows(reused) : []),
  ]
}

const reusedRows = ({ taken, fresh, reshaped, unused }: ReusedWeights): [string, string][] => [
  [viewText('weightsTaken'), String(taken)],
  ...[
    [viewText('layersNew'), fresh] as const,
    [viewText('layersReshaped'), reshaped] as const,
    [viewText('layersUnused'), unused] as const,
  ].flatMap(([title, names]): [string, string][] =>
    names.length > 0 ? [[title, names.join(', ')]] : [],
  ),
]
