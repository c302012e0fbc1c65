// Models whose network is a graph of layers, wired by hand or read from a file.
import { EngineError } from '../base/errors.ts'
import { hashText } from '../base/hashText.ts'
import { quoteValue } from '../base/quote.ts'
import type { Random } from '../base/random.ts'
import { isPlainObject } from '../base/records.ts'
import type { Model, PredictionType, ReusedWeights, VarianceKind, Weights } from '../base/values.ts'
import { viewText } from '../base/viewTexts.ts'
import { layerMessages } from '../messages/layers.ts'
import type { ConditionSpec } from './condition.ts'
import { GraphView } from './graph/analysis.ts'
import type { FeatureShape, Layer, LayerGraph } from './graph/layer.ts'
import { memoize } from './graph/memoize.ts'
import { isSame, shapeText } from './graph/ops/checks.ts'
import { findLayerOp, layerOp } from './graph/ops/table.ts'
import { countSteps, createProgram, runProgram } from './graph/program.ts'
import type { LayerWeights } from './graph/weights.ts'
import { countParameters, createWeights, layersWithWeights } from './graph/weights.ts'
import type { ModelKind } from './kind.ts'

/** Config of a model of layers. `functions.predict` gives the prediction. */
export interface LayersConfig extends LayerGraph {
  format: 1
  /**
   * Names of the dropout layers of the model that these layers were opened from: they draw by their
   * place in it, others by their name.
   */
  dropouts?: readonly string[]
}

/** Limits on models from files, and on those wired by hand. */
const MOST_LAYERS = 4096
const MOST_PARAMETERS = 2 ** 28

const configOf = ({ config }: Pick<Model, 'config'>) => config as unknown as LayersConfig

const viewOf = memoize((config: LayersConfig) => new GraphView(config, placesOf(config)))
const programOf = memoize((config: LayersConfig) =>
  createProgram(config, ['predict'], placesOf(config)),
)

/** Numbers that the draws of dropout layers differ by. */
const placesOf =
  ({ dropouts = [] }: LayersConfig) =>
  (name: string): number =>
    dropouts.includes(name) ? dropouts.indexOf(name) : hashText(name)

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

function firstWeights(layers: readonly LayerWeights[], random: Random, given: Weights): Weights {
  const made = Object.assign({}, ...layers.map((layer) => startWeights(layer, random))) as Weights
  const isSame = (key: string) =>
    Object.hasOwn(made, key) && String(given[key].shape) === String(made[key].shape)
  const taken = Object.fromEntries(
    Object.keys(given).flatMap((key) => (isSame(key) ? [[key, given[key]]] : [])),
  )
  const others = Object.entries(made).filter(([key]) => !Object.hasOwn(taken, key))
  return { ...taken, ...Object.fromEntries(others) }
}

/** First weights depend on the name of a layer only, so that others can come and go. */
export const startWeights = (layer: LayerWeights, random: Random): Weights =>
  createWeights(layer, random.fork(hashText(layer.name)))

const inputOf = ({ layers }: LayerGraph) => layers.find(({ op }) => op === 'x')!

/** Shape of an item of x. */
export const inputShape = (graph: LayerGraph): readonly number[] =>
  inputOf(graph).attrs.shape as number[]

/** Parts of the condition that the layers read. */
function conditionSpecs(config: LayersConfig): ConditionSpec[] {
  const { layers } = config
  return layers.flatMap(({ op, attrs }, i): ConditionSpec[] => {
    switch (op) {
      case 'labels': {
        const perItem = attrs.per_item as number
        const last = (labelRows(layers, i) ?? 1) - 1
        return [{ kind: 'labels', classes: last, last, ...(perItem > 1 && { perItem }) }]
      }
      case 'values':
        return [{ kind: 'values' }]
      case 'vectors':
        return [{ kind: 'vectors', width: attrs.width as number }]
      case 'tokens':
        return [{ kind: 'tokens', width: attrs.width as number }]
      case 'channels':
        return [{ kind: 'channels', count: (attrs.shape as number[]).at(-1)! }]
      default:
        return []
    }
  })
}

/** Rows of the tables that labels are looked up in. Throws EngineError if they differ. */
function labelRows(layers: readonly Layer[], labels: number): number | undefined {
  const rows = layers.filter(({ in: [input] }) => input === labels).map(({ attrs }) => attrs.rows)
  const other = rows.find((count) => count !== rows[0])
  if (other !== undefined)
    throw new EngineError(layerMessages.labelTables, {
      argument: 'x',
      first: (rows[0] as number) - 1,
      second: (other as number) - 1,
    })
  return rows[0] as number | undefined
}

/** Number of classes of the labels; 0 without labels. */
export const labelClasses = (config: LayersConfig): number =>
  conditionSpecs(config).reduce((most, spec) => (spec.kind === 'labels' ? spec.classes : most), 0)

/** Throws EngineError, at `x`, unless the graph is a model of its input. */
export function checkLayersModel(graph: LayerGraph, hasVariance: boolean) {
  const { layers, functions } = graph
  const [first, second] = layers.filter(({ op }) => op === 'x')
  if (second)
    throw new EngineError(layerMessages.otherInput, {
      argument: 'x',
      first: shapeText(first.attrs.shape as number[]),
      second: shapeText(second.attrs.shape as number[]),
    })
  const view = new GraphView(graph)
  if (!first || !view.dependsOnX[functions.predict])
    throw new EngineError(layerMessages.noInput, { argument: 'x' })
  checkOutput(view.shapes[functions.predict], first.attrs.shape as number[], hasVariance)
  layers.forEach(({ op }, i) => op === 'labels' && labelRows(layers, i))
  const count = countParameters(layersWithWeights(graph))
  if (count > MOST_PARAMETERS)
    throw new EngineError(layerMessages.tooLarge, {
      argument: 'x',
      most: Math.floor(MOST_PARAMETERS / 1e6),
      count: Math.ceil(count / 1e6),
    })
}

function checkOutput(shape: FeatureShape, item: readonly number[], hasVariance: boolean) {
  const expected = hasVariance ? [...item.slice(0, -1), 2 * item.at(-1)!] : item
  if (isSame(shape, expected)) return
  throw new EngineError(layerMessages.otherOutput, {
    argument: 'x',
    expected: shapeText(expected),
    shape: shapeText(shape),
  })
}

/** True if the last axis of the result is twice that of x: a prediction and a variance. */
export function hasVarianceOutput(config: LayersConfig): boolean {
  const output = viewOf(config).shapes[config.functions.predict]
  return output.at(-1) === 2 * inputShape(config).at(-1)!
}

/** Parses the config of a model of layers, of a stranger's file. Throws EngineError. */
export function parseLayersConfig(json: Record<string, unknown>): LayersConfig {
  const { format, layers, functions, dropouts } = json
  if (format !== 1 || !Array.isArray(layers) || layers.length > MOST_LAYERS)
    throw new EngineError(layerMessages.format, { got: quoteValue(format, 100) })
  const parsed = layers.map(parseLayer)
  const predict = isPlainObject(functions) ? functions.predict : undefined
  if (!Number.isInteger(predict) || !parsed[predict as number])
    throw new EngineError(layerMessages.format, { got: quoteValue(functions, 100) })
  if (dropouts !== undefined && !isNameList(dropouts))
    throw new EngineError(layerMessages.format, { got: quoteValue(dropouts, 100) })
  const config: LayersConfig = {
    format: 1,
    layers: parsed,
    functions: { predict: predict as number },
    ...(dropouts && { dropouts }),
  }
  checkNames(parsed)
  checkLayersModel(config, false)
  return config
}

const isNameList = (value: unknown): value is string[] =>
  Array.isArray(value) &&
  value.length <= MOST_LAYERS &&
  value.every((name) => typeof name === 'string' && isLayerName(name))

function parseLayer(value: unknown, index: number): Layer {
  const wrong = () =>
    new EngineError(layerMessages.layer, { index: index + 1, got: quoteValue(value, 200) })
  if (!isPlainObject(value)) throw wrong()
  const { op, name, in: inputs, attrs } = value
  const known = typeof op === 'string' ? findLayerOp(op) : undefined
  if (!known || !isPlainObject(attrs) || !Array.isArray(inputs)) throw wrong()
  const isBefore = (i: unknown) =>
    Number.isInteger(i) && (i as number) >= 0 && (i as number) < index
  const isCounted =
    known.inputs === 'many' ? inputs.length >= 1 : inputs.length === known.inputs.length
  const isNamed = name === undefined || (typeof name === 'string' && isLayerName(name))
  const areKnown =
    Object.keys(attrs).length === Object.keys(known.attrs).length &&
    Object.entries(known.attrs).every(
      ([key, check]) => Object.hasOwn(attrs, key) && check(attrs[key]),
    )
  if (!inputs.every(isBefore) || !isCounted || !isNamed || !areKnown) throw wrong()
  return {
    op: op as string,
    ...(name !== undefined && { name }),
    in: inputs as number[],
    attrs: attrs as Layer['attrs'],
  }
}

/** Names of layers, as PyTorch has them: parts separated by dots. */
export const isLayerName = (name: string): boolean =>
  name.length <= 200 && /^\w+(\.\w+)*$/.test(name)

/** Checks that layers with weights have names, and no two the same. */
function checkNames(layers: readonly Layer[]) {
  const names = new Set<string>()
  for (const [i, layer] of layers.entries()) {
    const needsName = layerOp(layer).weights !== undefined || layer.op === 'dropout'
    if (layer.name === undefined && needsName && !isUnweighted(layer))
      throw new EngineError(layerMessages.layer, { index: i + 1, got: quoteValue(layer, 200) })
    if (layer.name === undefined) continue
    if (names.has(layer.name))
      throw new EngineError(layerMessages.sameName, { argument: 'x', name: layer.name })
    names.add(layer.name)
  }
}

/** True for a layer norm without weights. */
const isUnweighted = ({ attrs }: Layer) => attrs.affine === false

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
