// Checks of the timesteps and the condition of a prediction.
import { faultMessages } from '../messages/faults.ts'
import type { MessageText, Message } from '../base/catalogue.ts'
import { EngineError } from '../base/errors.ts'
import type { Tensor } from '../base/tf.ts'
import type { Conditioning, ConditionPart } from '../base/values.ts'
import { modelMessages, modelWords } from '../messages/models.ts'
import { isSameShape } from '../process/coefficients.ts'
import type { ConditionSpec } from './condition.ts'
import { conditionParts, findPart, isOptional } from './condition.ts'

/** Throws EngineError unless there is one timestep per item, or one for all, and none is -1. */
export function checkTimesteps(t: Float64Array, x: Tensor) {
  checkCount('t', modelWords.timestep(), t.length, x)
  refuseCleanTimes(t)
}

/** Throws EngineError where a timestep is -1. */
export function refuseCleanTimes(t: Float64Array) {
  if (t.every((step) => step >= 0)) return
  throw new EngineError(modelMessages.cleanTime, { argument: 't' })
}

const listInWords = {
  labels: modelWords.labels,
  values: modelWords.values,
  vectors: modelWords.vectors,
  tokens: modelWords.tokenSequences,
  channels: modelWords.extraChannels,
} satisfies { [K in ConditionPart['kind']]: unknown }

const unexpectedCondition = {
  labels: modelMessages.unexpectedLabels,
  values: modelMessages.unexpectedCondition,
  vectors: modelMessages.unexpectedCondition,
  tokens: modelMessages.unexpectedTokens,
  channels: modelMessages.unexpectedChannels,
} satisfies { [K in ConditionPart['kind']]: unknown }

/** Throws EngineError, at `condition`, for parts that do not fit the model or the batch. */
export function checkConditions(
  condition: Conditioning | undefined,
  specs: readonly ConditionSpec[],
  x: Tensor,
) {
  for (const part of conditionParts(condition)) {
    const spec = specs.find(({ kind }) => kind === part.kind)
    if (!spec) throw unexpectedPart(part, specs)
    checkPart(part, spec, x)
  }
}

function unexpectedPart({ kind }: ConditionPart, specs: readonly ConditionSpec[]): EngineError {
  if (specs.length === 0)
    return new EngineError(unexpectedCondition[kind], { argument: 'condition' })
  const tokens = kind === 'tokens' || specs.some((spec) => spec.kind === 'tokens')
  return new EngineError(tokens ? modelMessages.otherTokens : modelMessages.otherCondition, {
    argument: 'condition',
    expected: specs
      .map((spec): Message => listInWords[spec.kind]())
      .reduce((first, second) => faultMessages.list({ first, second })),
    condition: listInWords[kind](),
  })
}

function checkPart(part: ConditionPart, spec: ConditionSpec, x: Tensor) {
  if (spec.kind === 'labels' && part.kind === 'labels') return checkLabelCondition(part, spec, x)
  if (part.kind === 'values')
    return checkCount('condition', modelWords.number(), part.values.length, x)
  if (spec.kind === 'vectors' && part.kind === 'vectors')
    return checkVectors(part.vectors, spec.width, x)
  if (spec.kind === 'tokens' && part.kind === 'tokens')
    return checkTokens(part.tokens, spec.width, x)
  if (spec.kind === 'channels' && part.kind === 'channels')
    return checkChannels(part.channels, spec.count, x)
}

/** Checks that each part without a value for "none" is given. */
export function checkRequired(
  condition: Conditioning | undefined,
  specs: readonly ConditionSpec[],
) {
  const missing = specs.find((spec) => !isOptional(spec) && !findPart(condition, spec.kind))
  if (!missing) return
  throw new EngineError(modelMessages.missingCondition, {
    argument: 'condition',
    expected: listInWords[missing.kind](),
  })
}

function checkLabelCondition(
  { labels, perItem = 1 }: { labels: Int32Array; perItem?: number },
  { classes, last, perItem: wanted = 1 }: { classes: number; last: number; perItem?: number },
  x: Tensor,
) {
  if (perItem !== wanted) {
    throw new EngineError(modelMessages.labelsPerItem, {
      argument: 'condition',
      expected: wanted,
      count: perItem,
    })
  }
  checkCount('condition', modelWords.label(), labels.length / perItem, x)
  const unknown = labels.find((label) => label < -1 || label > last)
  if (unknown === undefined) return
  throw new EngineError(modelMessages.labelRange, {
    argument: 'condition',
    last: classes - 1,
    label: unknown,
  })
}

function checkTokens(tokens: Tensor, width: number, x: Tensor) {
  if (tokens.shape[2] !== width) {
    throw new EngineError(modelMessages.tokenWidth, {
      argument: 'condition',
      expected: width,
      shape: tokens.shape,
      width: tokens.shape[2],
    })
  }
  checkCount('condition', modelWords.tokens(), tokens.shape[0], x)
}

function checkVectors(vectors: Tensor, width: number, x: Tensor) {
  if (vectors.rank !== 2 || vectors.shape[1] !== width) {
    throw new EngineError(modelMessages.vectorWidth, {
      argument: 'condition',
      expected: width,
      shape: vectors.shape,
    })
  }
  checkCount('condition', modelWords.vector(), vectors.shape[0], x)
}

function checkChannels(channels: Tensor, count: number, x: Tensor) {
  const shape = [...x.shape.slice(1, -1), count]
  if (!isSameShape(channels.shape.slice(1), shape)) {
    throw new EngineError(modelMessages.channelShape, {
      argument: 'condition',
      expected: shape,
      shape: channels.shape.slice(1),
    })
  }
  checkCount('condition', modelWords.extraItem(), channels.shape[0], x)
}

export function checkCount(argument: string, what: MessageText, count: number, x: Tensor) {
  const batch = x.shape[0]
  if (count === 1 || count === batch) return
  throw new EngineError(modelMessages.perItem, { argument, what, batch, count })
}
