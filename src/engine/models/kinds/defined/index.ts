// The kind of model that a definition describes: layers, weights, shapes and conditions, checked.
import { EngineError } from '../../../base/errors.ts'
import { getErrorText } from '../../../messages/fault.ts'
import { quoteValue } from '../../../base/quote.ts'
import { isPlainObject } from '../../../base/records.ts'
import { viewText } from '../../../base/viewTexts.ts'
import { modelMessages } from '../../../messages/models.ts'
import { GraphBuilder } from '../../graph/builder.ts'
import type { WeightSpec } from '../../graph/layerOp.ts'
import { memoize } from '../../graph/memoize.ts'
import { countParameters, type LayerWeights } from '../../graph/weights.ts'
import { asFileError, withoutRemarks } from '../file.ts'
import { defineNetwork, type NetworkKind, type Rows } from '../kind.ts'
import {
  checkLayerList,
  checkLayersModel,
  checkParameterCount,
  conditionSpecs,
  inputShape,
} from '../layers/graph.ts'
import type { LayersDefinition, ModelDefinition, RunDefinition } from './definition.ts'
import { parseConfig } from './definition.ts'
import { definedFile } from './file.ts'

/** The kind of a definition. Its functions throw EngineError for configs that do not fit. */
export const definedKind = memoize((definition: ModelDefinition): NetworkKind => {
  const kind = 'layers' in definition ? layersKind(definition) : runKind(definition)
  return { ...kind, rows: ({ config }) => definedRows(kind, config) }
})

/** The fields of a kind that its layers do not determine. */
const sharedFields = (definition: ModelDefinition) => ({
  parse: (json: Record<string, unknown>) =>
    asFileError(() => parseDefinedConfig(definition, json), undefined, EngineError),
  file: definedFile(definition),
})

function layersKind(definition: LayersDefinition<object>): NetworkKind {
  const graph = memoize((config: object) =>
    explained(modelMessages.ownLayers, definition, () => {
      const b = new GraphBuilder()
      const { predict } = definition.layers(config, b)
      const built = b.graph({ predict })
      checkLayerList(built.layers)
      checkLayersModel(built)
      return built
    }),
  )
  return defineNetwork({
    ...sharedFields(definition),
    differentiableTime: true,
    graph,
    itemShape: (config) => inputShape(graph(config)),
    conditions: (config) => conditionSpecs(graph(config)),
    startsAtZero: (layer, config) => definition.startsAtZero?.(layer, config) === true,
  })
}

const runKind = (definition: RunDefinition<object>): NetworkKind => ({
  ...sharedFields(definition),
  trainable: true,
  main: undefined,
  differentiableTime: definition.differentiableTime === true,
  layers: memoize((config: object) =>
    explained(modelMessages.ownLayers, definition, () => {
      const listed = listWeights(definition, config)
      checkParameterCount(listed)
      return listed
    }),
  ),
  itemShape: (config) => definition.itemShape(config),
  conditions: (config) => definition.conditions?.(config) ?? [],
  hasVariance: (config) => definition.hasVariance?.(config) ?? false,
  run: (call) => definition.run(call),
})

function definedRows({ itemShape, graph, layers }: NetworkKind, config: object): Rows {
  const count: Rows = graph ? [[viewText('layers'), String(graph(config).layers.length)]] : []
  return [
    [viewText('inputShape'), itemShape(config).join(' x ')],
    ...count,
    [viewText('parameters'), countParameters(layers(config)).toLocaleString('en')],
  ]
}

/**
 * Parses a config, which may be a stranger's, and checks its network. Throws EngineError with the
 * reason.
 */
export function parseDefinedConfig(definition: ModelDefinition, json: object): object {
  const config = explained(modelMessages.ownConfig, definition, () => {
    const parsed = parseConfig(definition, withoutRemarks(json))
    if (isPlainObject(parsed)) return { ...parsed }
    throw new Error(`Expected an object, got ${quoteValue(parsed)}.`)
  })
  definedKind(definition).layers(config)
  return config
}

/** Runs a function of a definition. Its errors become EngineErrors that name the kind. */
function explained<T>(
  message: typeof modelMessages.ownConfig | typeof modelMessages.ownLayers,
  { kind }: ModelDefinition,
  work: () => T,
): T {
  try {
    return work()
  } catch (error) {
    throw new EngineError(message, { kind, problem: getErrorText(error) })
  }
}

/** The weights of a definition by layer: what precedes the last dot of their names. */
function listWeights(definition: RunDefinition<object>, config: object): LayerWeights[] {
  const byLayer = new Map<string, WeightSpec[]>()
  for (const [key, weight] of Object.entries(definition.weights(config))) {
    const [, name, part] = /^(\w+(?:\.\w+)*)\.(\w+)$/.exec(key) ?? []
    if (name === undefined)
      throw new Error(`Expected a name such as linear.weight for each weight, got "${key}".`)
    const { shape, start, layout = 'plain', fixed } = weight
    if (!shape.every((size) => Number.isSafeInteger(size) && size >= 1))
      throw new Error(`Expected a shape of positive integers for ${key}, got [${shape}].`)
    const specs = byLayer.get(name) ?? []
    specs.push({ part, shape, layout, start, ...(fixed && { fixed }) })
    byLayer.set(name, specs)
  }
  return [...byLayer].map(([name, specs]) => ({ name, specs }))
}
