// Evaluates models of defined kinds that compute themselves.
import { EngineError } from '../../../base/errors.ts'
import type { Tensor } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import type { Conditioning } from '../../../base/values.ts'
import type { Model } from '../../model.ts'
import { modelMessages } from '../../../messages/models.ts'
import type { Times } from '../../../process/schedule.ts'
import { conditionParts } from '../../condition.ts'
import { isSame, shapeText } from '../../graph/ops/checks.ts'
import type { ConditionParts, OwnRun } from './definition.ts'

/** Runs the function of a definition. Throws EngineError unless its result has the right shape. */
export function runDefined(
  run: (call: OwnRun<object>) => Tensor,
  model: Model,
  x: Tensor,
  times: Times,
  condition: Conditioning | undefined,
): Tensor {
  const { config, weights, buffers = {}, training } = model
  const parts = Object.fromEntries(
    conditionParts(condition).map((part) => [part.kind, part]),
  ) as ConditionParts
  const result: unknown = run({
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
