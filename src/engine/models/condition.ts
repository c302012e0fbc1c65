// Conditions of models, and their values on wires.
import { EngineError } from '../base/errors.ts'
import { modelMessages } from '../messages/models.ts'
import { tf } from '../base/tf.ts'
import type { Tensor } from '../base/tf.ts'
import type { Times } from '../process/schedule.ts'
import type {
  Condition,
  Conditioning,
  ConditionPart,
  Labels,
  Noise,
  Samples,
} from '../base/values.ts'
import type { Timestep } from '../process/values.ts'

/** A part of the condition of a model. A model has at most one of each kind. */
export type ConditionSpec =
  /**
   * Labels from 0 to `last`; `last` may include the null label. `perItem` is the number of labels
   * per item, 1 by default.
   */
  | { kind: 'labels'; classes: number; last: number; perItem?: number }
  | { kind: 'values' }
  | { kind: 'vectors'; width: number }
  | { kind: 'tokens'; width: number }
  | { kind: 'channels'; count: number }

type Kind = ConditionPart['kind']

/** Kinds with a value for "none": the null label, a token of zeros, channels of zeros. */
const optionalKinds: ReadonlySet<Kind> = new Set<Kind>(['labels', 'tokens', 'channels'])

/** True if the part may be missing, as its kind has a value for "none". */
export const isOptional = ({ kind }: Pick<ConditionSpec, 'kind'>) => optionalKinds.has(kind)

/**
 * True for the kinds that classifier-free guidance leaves out of its second evaluation. Extra
 * channels beside them are kept: they describe the task, such as the pixels that are known.
 */
export const isGuided = ({ kind }: Pick<ConditionSpec, 'kind'>) =>
  kind === 'labels' || kind === 'tokens'

/** Values accepted by slots for conditions. */
export type Conditional = Condition | Labels | Timestep | Samples | Noise

/** Converts a value on a wire to a condition. */
export function toConditioning(value: Conditional): Conditioning {
  switch (value.type) {
    case 'condition':
      return value.condition
    case 'labels':
      return { kind: 'labels', labels: value.labels }
    case 'timestep':
      return { kind: 'values', values: value.t, ...(value.tensor && { tensor: value.tensor }) }
    case 'samples':
    case 'noise':
      return { kind: 'vectors', vectors: value.tensor }
  }
}

/** The parts of a condition; none if it is undefined. */
export const conditionParts = (condition: Conditioning | undefined): readonly ConditionPart[] =>
  condition === undefined ? [] : condition.kind === 'joint' ? condition.parts : [condition]

/** Joins parts; undefined for none. */
export const joinParts = (parts: readonly ConditionPart[]): Conditioning | undefined =>
  parts.length > 1 ? { kind: 'joint', parts } : parts[0]

/** Returns the part of a kind, or undefined. */
export const findPart = <K extends Kind>(
  condition: Conditioning | undefined,
  kind: K,
): Extract<ConditionPart, { kind: K }> | undefined =>
  conditionParts(condition).find(
    (part): part is Extract<ConditionPart, { kind: K }> => part.kind === kind,
  )

/** Returns the numbers of a condition as times to embed, if it has any. */
export function findNumbers(
  condition: Conditioning | undefined,
): Pick<Times, 't' | 'tensor'> | undefined {
  const part = findPart(condition, 'values')
  return part && { t: part.values, ...(part.tensor && { tensor: part.tensor }) }
}

/** Returns the tensor of a part; undefined for labels and numbers, which are on the CPU. */
export function partTensor(part: ConditionPart): Tensor | undefined {
  switch (part.kind) {
    case 'vectors':
      return part.vectors
    case 'tokens':
      return part.tokens
    case 'channels':
      return part.channels
    case 'labels':
    case 'values':
      return undefined
  }
}

/** Returns the condition without labels and tokens; undefined if nothing is left. */
export const withoutGuided = (condition: Conditioning | undefined): Conditioning | undefined =>
  joinParts(conditionParts(condition).filter((part) => !isGuided(part)))

/** Number of items of a condition; 1 may apply to all. */
export function countItems(condition: Conditioning): number {
  switch (condition.kind) {
    case 'labels':
      return condition.labels.length / (condition.perItem ?? 1)
    case 'values':
      return condition.values.length
    case 'vectors':
      return condition.vectors.shape[0]
    case 'tokens':
      return condition.tokens.shape[0]
    case 'channels':
      return condition.channels.shape[0]
    case 'joint':
      return Math.max(...condition.parts.map(countItems))
  }
}

/**
 * Slices a condition to the items from `start` to `end`; a part that applies to all is returned
 * unchanged.
 */
export const sliceCondition = (condition: Conditioning, start: number, end: number): Conditioning =>
  condition.kind === 'joint'
    ? { ...condition, parts: condition.parts.map((part) => slicePart(part, start, end)) }
    : slicePart(condition, start, end)

function slicePart(part: ConditionPart, start: number, end: number): ConditionPart {
  if (countItems(part) === 1) return part
  switch (part.kind) {
    case 'labels': {
      const { perItem = 1 } = part
      return { ...part, labels: part.labels.slice(start * perItem, end * perItem) }
    }
    case 'values':
      return {
        kind: 'values',
        values: part.values.slice(start, end),
        ...(part.tensor && { tensor: part.tensor.slice(start, end - start) }),
      }
    case 'vectors':
      return { kind: 'vectors', vectors: part.vectors.slice(start, end - start) }
    case 'tokens':
      return { kind: 'tokens', tokens: part.tokens.slice(start, end - start) }
    case 'channels':
      return { kind: 'channels', channels: part.channels.slice(start, end - start) }
  }
}

/**
 * Drops the condition of every item for which `kept` is false: all of its labels, tokens and extra
 * channels. Numbers and vectors beside them are kept. Throws EngineError at `labels` if there is
 * nothing else, as they have no null value.
 */
export function dropConditions(
  condition: Conditioning,
  kept: (item: number) => boolean,
): Conditioning {
  const parts = conditionParts(condition)
  if (!parts.some(isOptional))
    throw new EngineError(modelMessages.noNullCondition, { argument: 'labels' })
  const mask = Array.from({ length: countItems(condition) }, (_, item) => kept(item))
  const dropped = parts.map((part) => dropPart(part, mask))
  return condition.kind === 'joint' ? { kind: 'joint', parts: dropped } : dropped[0]
}

function dropPart(part: ConditionPart, kept: readonly boolean[]): ConditionPart {
  const masked = <T extends Tensor>(tensor: T): T =>
    tensor.mul(
      tf.tensor(kept.map(Number), [kept.length, ...tensor.shape.slice(1).map(() => 1)]),
    ) as T
  switch (part.kind) {
    case 'labels': {
      const { labels, perItem = 1 } = part
      // A label that applies to all items becomes one label per item.
      const count = kept.length * perItem
      const dropped = Int32Array.from({ length: count }, (_, i) =>
        kept[Math.floor(i / perItem)] ? labels[i % labels.length] : -1,
      )
      return { ...part, labels: dropped }
    }
    case 'tokens':
      return { kind: 'tokens', tokens: masked(part.tokens) }
    case 'channels':
      return { kind: 'channels', channels: masked(part.channels) }
    case 'values':
    case 'vectors':
      return part
  }
}

/** Returns the labels of a condition, if it has any. */
export const labelsOrNone = (condition: Conditioning | undefined): Int32Array | undefined =>
  findPart(condition, 'labels')?.labels

/** Reduces equal values to one, so that a single row can be computed and broadcast. */
export const distinct = <T extends Int32Array | Float64Array>(values: T): T =>
  values.every((value) => value === values[0]) ? (values.subarray(0, 1) as T) : values

/**
 * The times of a batch for an embedding: one row for equal times, unless they carry derivatives,
 * which may differ.
 */
export const timeRows = ({ t, tensor }: Pick<Times, 't' | 'tensor'>): Float64Array =>
  tensor ? t : distinct(t)
