// Creates models of defined kinds.
import { EngineError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Model } from '../../model.ts'
import { modelMessages } from '../../../messages/models.ts'
import { layerStreams } from '../../graph/firstWeights.ts'
import { createNetwork } from '../../network.ts'
import { definitions, kindNames } from '../registry.ts'
import type { ModelDefinition, OwnModelOptions } from './definition.ts'
import { definedKind, parseDefinedConfig } from './index.ts'

/**
 * Creates an untrained model of a registered definition. Its weights depend on the names of their
 * layers and on `random`, as those of models of layers. Throws EngineError if the definition is not
 * registered or refuses `config`, or if the variance does not fit the output.
 */
export function createOwnModel<Config extends object>(
  definition: ModelDefinition<Config>,
  config: Config,
  random: Random,
  { predicts, variance }: OwnModelOptions,
): Model {
  const { kind } = definition
  const known = definitions.get(kind)
  if (!known || !Object.is(known, definition))
    throw new EngineError(modelMessages.unknownKind, {
      argument: 'model',
      known: kindNames().join(', '),
      kind,
    })
  const parsed = parseDefinedConfig(known, config)
  const network = definedKind(known)
  checkVariance(known, variance, network.hasVariance(parsed), network.itemShape(parsed))
  const options = { predicts, variance, zeroInit: true }
  return createNetwork({ kind, config: parsed }, layerStreams(random), options)
}

function checkVariance(
  { kind }: ModelDefinition,
  wanted: OwnModelOptions['variance'],
  isThere: boolean,
  item: readonly number[],
) {
  if (wanted && !isThere) {
    const channels = item.at(-1)!
    throw new EngineError(modelMessages.varianceChannels, {
      argument: 'model',
      expected: 2 * channels,
      channels,
    })
  }
  if (!wanted && isThere) throw new EngineError(modelMessages.ownVariance, { kind })
}
