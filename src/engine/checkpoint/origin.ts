// The closed model that a graph of layers was opened from, as the text of its config.json.
import { EngineError } from '../base/errors.ts'
import { quoteValue } from '../base/quote.ts'
import type { Random } from '../base/random.ts'
import { isPlainObject } from '../base/records.ts'
import type { PredictionType, VarianceKind } from '../base/values.ts'
import type { Model } from '../models/model.ts'
import { layerMessages } from '../messages/layers.ts'
import type { LayerGraph } from '../models/graph/layer.ts'
import { createOwnModel } from '../models/kinds/defined/create.ts'
import { readConfig, writeConfig } from '../models/kinds/files.ts'
import { definitions, findClass, getNetworkKind } from '../models/kinds/registry.ts'
import { createNetwork } from '../models/network.ts'
import { CheckpointError } from '../archive/checkpointError.ts'

/** A closed model whose layers can be rewired. */
export interface Origin {
  graph: LayerGraph
  /** Makes the closed model with its first weights. */
  create(predicts: PredictionType, random: Random, variance: VarianceKind | undefined): Model
}

/** Key of the initialisation beside the config. Files ignore keys that begin like this. */
const ZERO_INIT = '_zero_init'

/** The text of a closed model. `zeroInit`: the last layer of each block starts at zero. */
export function originText(model: Model, zeroInit: boolean): string {
  const { className, config: written } = writeConfig(model, model.predicts)
  const more = zeroInit ? { [ZERO_INIT]: true } : {}
  return JSON.stringify({ _class_name: className[1], ...written, ...more })
}

/**
 * Parses such a text, which may be a stranger's; undefined if it is empty. Throws EngineError at
 * `origin`.
 */
export function parseOrigin(text: string): Origin | undefined {
  if (text.trim() === '') return undefined
  try {
    const json: unknown = JSON.parse(text)
    const origin = isPlainObject(json) ? readOrigin(json) : undefined
    if (origin) return origin
  } catch (error) {
    if (!(error instanceof CheckpointError) && !(error instanceof SyntaxError)) throw error
  }
  throw new EngineError(layerMessages.origin, { argument: 'origin', got: quoteValue(text, 100) })
}

function readOrigin(json: Record<string, unknown>): Origin | undefined {
  const kind = findClass(json._class_name)
  // Layers are no closed model.
  if (kind === undefined || kind === 'layers') return undefined
  const { graph, sizes } = getNetworkKind({ kind })
  if (!graph || sizes) return undefined
  const { config } = readConfig(kind, json)
  const definition = definitions.get(kind)
  const zeroInit = json[ZERO_INIT] === true
  return {
    graph: graph(config),
    create: (predicts, random, variance) =>
      definition
        ? createOwnModel(definition, config, random, { predicts, variance })
        : createNetwork({ kind, config }, random, { predicts, variance, zeroInit }),
  }
}
