// Networks of defined kinds: layers, weights, shapes and conditions of a config, checked.
import { EngineError } from '../../base/errors.ts'
import { getErrorMessage } from '../../base/fault.ts'
import { quoteValue } from '../../base/quote.ts'
import { isPlainObject } from '../../base/records.ts'
import { modelMessages } from '../../messages/models.ts'
import type { ConditionSpec } from '../condition.ts'
import { GraphBuilder } from '../graph/builder.ts'
import type { LayerGraph } from '../graph/layer.ts'
import type { WeightSpec } from '../graph/layerOp.ts'
import { memoize } from '../graph/memoize.ts'
import type { LayerWeights } from '../graph/weights.ts'
import { layersWithWeights } from '../graph/weights.ts'
import {
  checkLayerList,
  checkLayersModel,
  checkParameterCount,
  conditionSpecs,
  hasVarianceOutput,
  inputShape,
} from '../layersConfig.ts'
import type { LayersDefinition, ModelDefinition, RunDefinition } from './definition.ts'
import { parseConfig } from './definition.ts'

/** Layers, shapes and conditions of configs that the definition has parsed. */
export interface OwnNetwork {
  /** Undefined for networks that compute themselves. */
  graph?: (config: object) => LayerGraph
  /** Layers with weights in their order. */
  layers(config: object): readonly LayerWeights[]
  itemShape(config: object): readonly number[]
  conditions(config: object): readonly ConditionSpec[]
  /** True if the second half of the channels is a learned variance. */
  hasVariance(config: object): boolean
}

/** The network of a definition. Its functions throw EngineError for configs that do not fit. */
export const ownNetwork = memoize((definition: ModelDefinition): OwnNetwork =>
  'layers' in definition ? layersNetwork(definition) : runNetwork(definition),
)

/**
 * Parses a config, which may be a stranger's, and checks its network. Throws EngineError with the
 * reason.
 */
export function parseOwnConfig(
  definition: ModelDefinition,
  json: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const own = Object.entries(json).filter(([key]) => !key.startsWith('_'))
  const config = explained(modelMessages.ownConfig, definition, () => {
    const parsed = parseConfig(definition, Object.fromEntries(own))
    if (isPlainObject(parsed)) return { ...parsed }
    throw new Error(`Expected an object, got ${quoteValue(parsed)}.`)
  })
  ownNetwork(definition).layers(config)
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
    throw new EngineError(message, { kind, problem: getErrorMessage(error) })
  }
}

function layersNetwork(definition: LayersDefinition<object>): OwnNetwork {
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
  return {
    graph,
    layers: memoize((config) => layersWithWeights(graph(config))),
    itemShape: (config) => inputShape(graph(config)),
    conditions: (config) => conditionSpecs(graph(config)),
    hasVariance: (config) => hasVarianceOutput(graph(config)),
  }
}

function runNetwork(definition: RunDefinition<object>): OwnNetwork {
  const layers = memoize((config: object) =>
    explained(modelMessages.ownLayers, definition, () => {
      const listed = listWeights(definition, config)
      checkParameterCount(listed)
      return listed
    }),
  )
  return {
    layers,
    itemShape: (config) => definition.itemShape(config),
    conditions: (config) => definition.conditions?.(config) ?? [],
    hasVariance: (config) => definition.hasVariance?.(config) ?? false,
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
