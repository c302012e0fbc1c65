// Models of tokens: networks of layers that predict the token of each place.
import { EngineError } from '../../../base/errors.ts'
import type { Tensor2D, Tensor3D } from '../../../base/tf.ts'
import type { Conditioning } from '../../../base/values.ts'
import type { Model } from '../../model.ts'
import { modelMessages } from '../../../messages/models.ts'
import type { Times } from '../../../process/schedule.ts'
import { tokenVectors } from '../../../process/tokens.ts'
import { checkConditions, checkTimesteps } from '../../argumentChecks.ts'
import type { FeatureShape } from '../../graph/layerOp.ts'
import type { LayerGraph } from '../../graph/layer.ts'
import { shapeText } from '../../graph/ops/checks.ts'
import { runProgram } from '../../graph/program.ts'
import { networkProgram } from '../../network.ts'
import { isKind, type Configured } from '../configs.ts'
import { modelConditions } from '../registry.ts'
import { inputShape, viewOf } from './graph.ts'

/** The function of a model of tokens. Its x are one-hot vectors, see `tokenVectors`. */
export const TOKENS = 'tokens'

export interface TokenModelFacts {
  /** Number of places. */
  length: number
  /** Number of different tokens, without the mask. */
  classes: number
  /** True if the network reads the timestep. */
  timed: boolean
}

/** Facts about a model of tokens; undefined for other models. */
export function tokenModelFacts(model: Configured): TokenModelFacts | undefined {
  if (!isKind(model, 'layers') || !Object.hasOwn(model.config.functions, TOKENS)) return undefined
  const [length, width] = inputShape(model.config, TOKENS)
  return { length, classes: width - 1, timed: model.config.layers.some(({ op }) => op === 'time') }
}

/**
 * Throws EngineError, at `x`, unless the result of a function of tokens has the shape `[n, v]` for
 * inputs of shape `[n, v + 1]`.
 */
export function checkTokenGraph(graph: LayerGraph) {
  const input = inputShape(graph, TOKENS)
  const output: FeatureShape = viewOf(graph).shapes[graph.functions[TOKENS]]
  const [length, width] = input
  if (input.length === 2 && width > 1 && String(output) === String([length, width - 1])) return
  if (input.length !== 2 || width < 2)
    throw new EngineError(modelMessages.tokenInput, { argument: 'x', shape: shapeText(input) })
  throw new EngineError(modelMessages.tokenOutput, {
    argument: 'x',
    expected: shapeText([length, width - 1]),
    shape: shapeText(output),
  })
}

/**
 * Logits `[b, n, v]` of the tokens of a noised batch `[b, n]`, -1 for masked places. Throws
 * EngineError, by argument, if model, tokens, timesteps or condition do not fit.
 */
export function predictTokens(
  model: Model,
  ids: Tensor2D,
  times?: Times,
  condition?: Conditioning,
): Tensor3D {
  const facts = tokenModelFacts(model)
  if (!facts)
    throw new EngineError(modelMessages.notATokenModel, { argument: 'model', kind: model.kind })
  if (ids.shape[1] !== facts.length)
    throw new EngineError(modelMessages.tokenCount, {
      argument: 'tokens',
      expected: facts.length,
      count: ids.shape[1],
    })
  if (facts.timed && !times) throw new EngineError(modelMessages.tokensNeedTime, { argument: 't' })
  if (times) checkTimesteps(times.t, ids)
  checkConditions(condition, modelConditions(model), ids)
  const x = tokenVectors(ids, facts.classes)
  const [logits] = runProgram(networkProgram(model, [TOKENS]), model, { x, times, condition })
  return logits as Tensor3D
}
