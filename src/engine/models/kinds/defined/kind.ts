// Evaluates models of defined kinds, and creates them.
import { EngineError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Tensor } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import type { Conditioning, Model } from '../../../base/values.ts'
import { modelMessages } from '../../../messages/models.ts'
import type { Times } from '../../../process/schedule.ts'
import { conditionParts } from '../../condition.ts'
import { createWeights } from '../../graph/firstWeights.ts'
import { layerStreams } from '../../graph/firstWeights.ts'
import { isSame, shapeText } from '../../graph/ops/checks.ts'
import type { LayerGraph } from '../../graph/layer.ts'
import { memoize } from '../../graph/memoize.ts'
import { createProgram, runProgram } from '../../graph/program.ts'
import type { ModelKind } from '../kind.ts'
import { builtInKinds, ownKinds } from '../registry.ts'
import type {
  ConditionParts,
  ModelDefinition,
  OwnModelOptions,
  RunDefinition,
} from './definition.ts'
import { ownNetwork, parseOwnConfig } from './network.ts'

const ownProgram = memoize((graph: LayerGraph) => createProgram(graph, ['predict']))

/** The kind of a definition. */
export function ownKind(definition: ModelDefinition): ModelKind {
  const network = ownNetwork(definition)
  const { graph } = network
  const program = graph && ((model: Model) => ownProgram(graph(model.config)))
  const differentiable = graph !== undefined || 'differentiableTime' in definition
  return {
    trainable: true,
    ...(differentiable && { differentiableTime: true as const }),
    itemShape: ({ config }) => [...network.itemShape(config)],
    conditions: ({ config }) => network.conditions(config),
    ...(program && { program }),
    evaluate: (model, x, times, condition) =>
      program
        ? runProgram(program(model), model, { x, times, condition })[0]
        : runOwn(definition as RunDefinition<object>, model, x, times, condition),
  }
}

function runOwn(
  definition: RunDefinition<object>,
  model: Model,
  x: Tensor,
  times: Times,
  condition: Conditioning | undefined,
): Tensor {
  const { config, weights, buffers = {}, training } = model
  const parts = Object.fromEntries(
    conditionParts(condition).map((part) => [part.kind, part]),
  ) as ConditionParts
  const result: unknown = definition.run({
    config,
    x,
    times,
    condition: parts,
    weights,
    buffers,
    training,
    tf,
  })
  const channels = x.shape.at(-1)! * (model.variance ? 2 : 1)
  const expected = [...x.shape.slice(0, -1), channels]
  if (result instanceof tf.Tensor && isSame(result.shape, expected)) return result
  throw new EngineError(modelMessages.ownOutput, {
    kind: model.kind,
    expected: shapeText(expected),
    got: result instanceof tf.Tensor ? `[${shapeText(result.shape)}]` : typeof result,
  })
}

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
  const known = definition as unknown as ModelDefinition
  if (ownKinds.get(kind) !== known)
    throw new EngineError(modelMessages.unknownKind, {
      argument: 'model',
      known: [...builtInKinds, ...ownKinds.keys()].join(', '),
      kind,
    })
  const parsed = parseOwnConfig(known, config as Record<string, unknown>)
  const network = ownNetwork(known)
  checkVariance(known, variance, network.hasVariance(parsed), network.itemShape(parsed))
  const isZero = (layer: string) =>
    'startsAtZero' in known && known.startsAtZero?.(layer, parsed) === true
  return {
    type: 'model',
    kind,
    config: parsed,
    predicts,
    ...(variance && { variance }),
    ...createWeights(network.layers(parsed), layerStreams(random), isZero),
    children: {},
  }
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
