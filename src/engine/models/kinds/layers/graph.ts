// The graph of a model of layers: its properties, and checks, as it may come from a stranger's file.
import { EngineError } from '../../../base/errors.ts'
import { hashText } from '../../../base/hashText.ts'
import { quoteValue } from '../../../base/quote.ts'
import { isPlainObject } from '../../../base/records.ts'
import { layerMessages } from '../../../messages/layers.ts'
import { modelMessages } from '../../../messages/models.ts'
import type { ConditionSpec } from '../../condition.ts'
import { GraphView } from '../../graph/analysis.ts'
import type { Layer, LayerGraph } from '../../graph/layer.ts'
import type { FeatureShape } from '../../graph/layerOp.ts'
import { memoize } from '../../graph/memoize.ts'
import { isSame, shapeText } from '../../graph/ops/checks.ts'
import { isLayerOpName, layerOps } from '../../graph/ops/table.ts'
import { checkRelations } from '../../graph/relations.ts'
import type { LayerWeights } from '../../graph/weights.ts'
import { countParameters, layersWithWeights } from '../../graph/weights.ts'
import type { DropoutGraph, LayersConfig } from './config.ts'

/** Limits on models from files, and on those wired by hand. */
const MOST_LAYERS = 4096
const MOST_FUNCTIONS = 16
const MOST_PARAMETERS = 2 ** 28

export const viewOf = memoize((config: DropoutGraph) => new GraphView(config, placesOf(config)))

/** Numbers that the draws of dropout layers differ by. */
export const placesOf =
  ({ dropouts = [] }: DropoutGraph) =>
  (name: string): number =>
    dropouts.includes(name) ? dropouts.indexOf(name) : hashText(name)

/** The functions of a model: its prediction alone, or others. */
export const functionNames = ({ functions }: Pick<LayerGraph, 'functions'>): string[] =>
  Object.keys(functions)

/** True for a model that denoises. */
export const predicts = ({ functions }: Pick<LayerGraph, 'functions'>): boolean =>
  Object.hasOwn(functions, 'predict')

/** Returns a graph that denoises. Throws EngineError, at `model`, for another one. */
export function requirePredict<Graph extends LayerGraph>(graph: Graph): Graph {
  if (predicts(graph)) return graph
  throw new EngineError(modelMessages.notADenoiser, {
    argument: 'model',
    functions: functionNames(graph).join(', '),
  })
}

/** The layers that a function reads its x from. */
export function inputLayers({ layers, functions }: LayerGraph, name: string): Layer<'x'>[] {
  const { used } = new GraphView({ layers, functions: { [name]: functions[name] } })
  return layers.flatMap((layer, i) => (layer.op === 'x' && used[i] ? [layer] : []))
}

const inputShapes = memoize(
  (graph: LayerGraph) =>
    new Map(functionNames(graph).map((name) => [name, inputLayers(graph, name)[0].attrs.shape])),
)

/** Shape of an item of x: that of the prediction, or of another function. */
export const inputShape = (graph: LayerGraph, name = mainFunction(graph)): readonly number[] =>
  inputShapes(graph).get(name)!

/** Its prediction, or the first function of a model without one. */
export const mainFunction = (graph: Pick<LayerGraph, 'functions'>): string =>
  predicts(graph) ? 'predict' : functionNames(graph)[0]

/** Parts of the condition that the layers read. */
export function conditionSpecs({ layers }: LayerGraph): ConditionSpec[] {
  return layers.flatMap(({ op, attrs }, i): ConditionSpec[] => {
    switch (op) {
      case 'labels': {
        const perItem = attrs.per_item
        const last = (labelRows(layers, i) ?? 1) - 1
        return [{ kind: 'labels', classes: last, last, ...(perItem > 1 && { perItem }) }]
      }
      case 'values':
        return [{ kind: 'values' }]
      case 'vectors':
        return [{ kind: 'vectors', width: attrs.width }]
      case 'tokens':
        return [{ kind: 'tokens', width: attrs.width }]
      case 'channels':
        return [{ kind: 'channels', count: attrs.shape.at(-1)! }]
      default:
        return []
    }
  })
}

/** Rows of the tables that labels are looked up in. Throws EngineError if they differ. */
function labelRows(layers: readonly Layer[], labels: number): number | undefined {
  const rows = layers.flatMap(({ op, in: [input], attrs }) =>
    (op === 'label_embedding' || op === 'token_embedding') && input === labels ? attrs.rows : [],
  )
  const other = rows.find((count) => count !== rows[0])
  if (other !== undefined)
    throw new EngineError(layerMessages.labelTables, {
      argument: 'x',
      first: rows[0] - 1,
      second: other - 1,
    })
  return rows[0]
}

/**
 * Throws EngineError, at `x`, unless each function of the graph depends on one input x, and the
 * prediction has its shape.
 * @param hasVariance if the result has a variance beside the prediction; undefined for either
 */
export function checkLayersModel(graph: LayerGraph, hasVariance?: boolean) {
  const { layers, functions } = graph
  for (const name of functionNames(graph)) checkInput(inputLayers(graph, name))
  if (predicts(graph))
    checkOutput(new GraphView(graph).shapes[functions.predict], inputShape(graph), hasVariance)
  layers.forEach(({ op }, i) => op === 'labels' && labelRows(layers, i))
  checkParameterCount(layersWithWeights(graph))
}

/** Throws EngineError, at `x`, if layers have too many parameters. */
export function checkParameterCount(layers: readonly LayerWeights[]) {
  const count = countParameters(layers)
  if (count > MOST_PARAMETERS)
    throw new EngineError(layerMessages.tooLarge, {
      argument: 'x',
      most: Math.floor(MOST_PARAMETERS / 1e6),
      count: Math.ceil(count / 1e6),
    })
}

function checkInput([first, second]: readonly Layer<'x'>[]) {
  if (!first) throw new EngineError(layerMessages.noInput, { argument: 'x' })
  if (second)
    throw new EngineError(layerMessages.otherInput, {
      argument: 'x',
      first: shapeText(first.attrs.shape),
      second: shapeText(second.attrs.shape),
    })
}

/** Shape of the prediction of an item and its variance. */
const withVariance = (item: readonly number[]) => [...item.slice(0, -1), 2 * item.at(-1)!]

function checkOutput(
  shape: FeatureShape,
  item: readonly number[],
  hasVariance: boolean | undefined,
) {
  const expected = hasVariance ? withVariance(item) : item
  if (isSame(shape, expected)) return
  if (hasVariance === undefined && isSame(shape, withVariance(item))) return
  throw new EngineError(
    hasVariance ? layerMessages.otherVarianceOutput : layerMessages.otherOutput,
    { argument: 'x', expected: shapeText(expected), shape: shapeText(shape) },
  )
}

/** True if the last axis of the result is twice that of x: a prediction and a variance. */
export function hasVarianceOutput(graph: LayerGraph): boolean {
  if (!predicts(graph)) return false
  const output = viewOf(graph).shapes[graph.functions.predict]
  return output.at(-1) === 2 * inputShape(graph).at(-1)!
}

/** Parses the config of a model of layers, of a stranger's file. Throws EngineError. */
export function parseLayersConfig(json: Record<string, unknown>): LayersConfig {
  const { format, layers, functions, dropouts } = json
  if (format !== 1) throw new EngineError(layerMessages.format, { got: quoteValue(format, 100) })
  if (!Array.isArray(layers) || layers.length > MOST_LAYERS)
    throw new EngineError(layerMessages.layerList, {
      most: MOST_LAYERS,
      got: Array.isArray(layers) ? layers.length : quoteValue(layers, 100),
    })
  const parsed = checkLayerList(layers)
  if (!isFunctionTable(functions, parsed.length))
    throw new EngineError(layerMessages.predictLayer, { got: quoteValue(functions, 100) })
  if (dropouts !== undefined && !isNameList(dropouts))
    throw new EngineError(layerMessages.dropouts, { got: quoteValue(dropouts, 100) })
  const config: LayersConfig = {
    format: 1,
    layers: parsed,
    functions,
    ...(dropouts && { dropouts }),
  }
  checkLayersModel(config)
  return config
}

/** Checks operations, inputs, attributes and names of layers. Throws EngineError. */
export function checkLayerList(layers: readonly unknown[]): Layer[] {
  const parsed = layers.map(parseLayer)
  checkNames(parsed)
  checkRelations(parsed)
  return parsed
}

/** True for the positions of the results of one or several functions. */
const isFunctionTable = (value: unknown, count: number): value is Record<string, number> =>
  isPlainObject(value) &&
  Object.keys(value).length > 0 &&
  Object.keys(value).length <= MOST_FUNCTIONS &&
  Object.entries(value).every(([name, i]) => /^[a-z]\w{0,31}$/.test(name) && isPosition(i, count))

/** True for the position of one of `count` layers. */
const isPosition = (value: unknown, count: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < count

const isNameList = (value: unknown): value is string[] =>
  Array.isArray(value) &&
  value.length <= MOST_LAYERS &&
  value.every((name) => typeof name === 'string' && isLayerName(name))

function parseLayer(value: unknown, index: number): Layer {
  const wrong = () =>
    new EngineError(layerMessages.layer, { index: index + 1, got: quoteValue(value, 200) })
  if (!isPlainObject(value)) throw wrong()
  const { op, name, in: inputs, attrs } = value
  if (!isLayerOpName(op) || !isPlainObject(attrs) || !Array.isArray(inputs)) throw wrong()
  const known = layerOps[op]
  const checks: Readonly<Record<string, (value: unknown) => boolean>> = known.attrs
  const isBefore = (i: unknown) => isPosition(i, index)
  const isCounted =
    known.inputs === 'many' ? inputs.length >= 1 : inputs.length === known.inputs.length
  const isNamed = name === undefined || (typeof name === 'string' && isLayerName(name))
  const areKnown =
    Object.keys(attrs).length === Object.keys(checks).length &&
    Object.entries(checks).every(([key, check]) => Object.hasOwn(attrs, key) && check(attrs[key]))
  if (!inputs.every(isBefore) || !isCounted || !isNamed || !areKnown) throw wrong()
  return { op, ...(name !== undefined && { name }), in: inputs, attrs } as Layer
}

/** Names of layers, as PyTorch has them: parts separated by dots. With = before, shared weights. */
export const isLayerName = (name: string): boolean =>
  name.length <= 200 && /^=?\w+(\.\w+)*$/.test(name)

/** Checks that layers with weights have names. */
function checkNames(layers: readonly Layer[]) {
  for (const [i, layer] of layers.entries()) {
    const needsName = layerOps[layer.op].weights !== undefined || layer.op === 'dropout'
    if (layer.name === undefined && needsName && !isUnweighted(layer))
      throw new EngineError(layerMessages.layer, { index: i + 1, got: quoteValue(layer, 200) })
  }
}

/** True for a layer norm without weights. */
const isUnweighted = ({ op, attrs }: Layer) => op === 'layer_norm' && !attrs.affine
