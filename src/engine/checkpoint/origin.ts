// The closed model that a graph of layers was opened from, as the text of its config.json.
import { EngineError } from '../base/errors.ts'
import { quoteValue } from '../base/quote.ts'
import type { Random } from '../base/random.ts'
import { isPlainObject } from '../base/records.ts'
import type { Model, PredictionType, VarianceKind } from '../base/values.ts'
import { layerMessages } from '../messages/layers.ts'
import { classifier } from '../models/kinds/classifier/classifier.ts'
import { classifierGraph, type ClassifierConfig } from '../models/kinds/classifier/graph.ts'
import type { DitConfig } from '../models/kinds/dit/config.ts'
import { dit } from '../models/kinds/dit/dit.ts'
import { ditGraph } from '../models/kinds/dit/graph.ts'
import type { LayerGraph } from '../models/graph/layer.ts'
import { mlp } from '../models/kinds/mlp/mlp.ts'
import { mlpGraph, type MlpConfig } from '../models/kinds/mlp/graph.ts'
import type { ModelDefinition } from '../models/kinds/defined/definition.ts'
import { createOwnModel } from '../models/kinds/defined/kind.ts'
import { ownNetwork } from '../models/kinds/defined/network.ts'
import { KindTable } from '../models/kinds/registry.ts'
import type { UnetConfig } from '../models/kinds/unet/config.ts'
import { unetGraph } from '../models/kinds/unet/graph.ts'
import { unet } from '../models/kinds/unet/init.ts'
import { CheckpointError } from '../archive/checkpointError.ts'
import { findKind, getFormat } from './formats.ts'

/** A closed model whose layers can be rewired. */
export interface Origin {
  graph: LayerGraph
  /** Makes the closed model with its first weights. */
  create(predicts: PredictionType, random: Random, variance: VarianceKind | undefined): Model
}

/** Key of the initialisation beside the config. Files ignore keys that begin like this. */
const ZERO_INIT = '_zero_init'

/** The text of a closed model. `zeroInit`: the last layer of each block starts at zero. */
export function originText({ kind, config, predicts }: Model, zeroInit: boolean): string {
  const { className, config: written } = getFormat(kind).write(config, predicts)
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

/** Reads the origin of a kind of model from its config. */
type OriginOf = (config: never, zero_init: boolean) => Origin

/** Kinds of models that can be opened. */
const origins = new KindTable<OriginOf>(
  {
    unet: (config: UnetConfig, zero_init) => ({
      graph: unetGraph(config),
      create: (predicts, random, variance) =>
        unet(config, predicts, random, { zero_init, ...(variance && { variance }) }),
    }),
    dit: (config: DitConfig, zero_init) => ({
      graph: ditGraph(config),
      create: (predicts, random, variance) =>
        dit(config, predicts, random, { zero_init, ...(variance && { variance }) }),
    }),
    classifier: (config: ClassifierConfig) => ({
      graph: classifierGraph(config),
      create: (_, random) => classifier(config, random),
    }),
    mlp: (config: MlpConfig) => ({
      graph: mlpGraph(config),
      create: (predicts, random, variance) => mlp(config, predicts, random, variance),
    }),
  },
  originOfOwn,
)

function originOfOwn(definition: ModelDefinition): OriginOf | undefined {
  const { graph } = ownNetwork(definition)
  if (!graph) return undefined
  return (config: object) => ({
    graph: graph(config),
    create: (predicts, random, variance) =>
      createOwnModel(definition, config, random, { predicts, variance }),
  })
}

function readOrigin(json: Record<string, unknown>): Origin | undefined {
  const kind = findKind(json._class_name)
  const readOf = kind === undefined ? undefined : origins.find(kind)
  if (kind === undefined || !readOf) return undefined
  return readOf(getFormat(kind).read(json).config as never, json[ZERO_INIT] === true)
}
