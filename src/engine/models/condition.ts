// Conditions of models, and their values on wires.
import { EngineError } from '../base/errors.ts'
import { modelMessages } from '../messages/models.ts'
import { tf } from '../base/tf.ts'
import type { Tensor3D } from '../base/tf.ts'
import type { Times } from '../process/schedule.ts'
import type { Condition, Conditioning, Labels, Noise, Samples, Timestep } from '../base/values.ts'

/** Kind of condition that a model accepts. */
export type ConditionSpec =
  /**
   * Labels from 0 to `last`; `last` may include the null label. `perItem` is the number of labels
   * per item, 1 by default.
   */
  | { kind: 'labels'; classes: number; last: number; perItem?: number }
  | { kind: 'values' }
  | { kind: 'vectors'; width: number }
  | { kind: 'tokens'; width: number }

/** True if the condition is optional: there is a null label, or a token of zeros. */
export const hasNull = (spec: ConditionSpec) => spec.kind === 'labels' || spec.kind === 'tokens'

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
  }
}

/**
 * Slices a condition to the items from `start` to `end`; one that applies to all is returned
 * unchanged.
 */
export function sliceCondition(condition: Conditioning, start: number, end: number): Conditioning {
  if (countItems(condition) === 1) return condition
  switch (condition.kind) {
    case 'labels': {
      const { perItem = 1 } = condition
      return { ...condition, labels: condition.labels.slice(start * perItem, end * perItem) }
    }
    case 'values':
      return {
        kind: 'values',
        values: condition.values.slice(start, end),
        ...(condition.tensor && { tensor: condition.tensor.slice(start, end - start) }),
      }
    case 'vectors':
      return { kind: 'vectors', vectors: condition.vectors.slice(start, end - start) }
    case 'tokens':
      return { kind: 'tokens', tokens: condition.tokens.slice(start, end - start) }
  }
}

/**
 * Drops the condition of every item for which `kept` is false: all of its labels or tokens. Throws
 * EngineError at `labels` for numbers and vectors, which have no null value.
 */
export function dropConditions(
  condition: Conditioning,
  kept: (item: number) => boolean,
): Conditioning {
  if (condition.kind === 'labels') {
    const { perItem = 1 } = condition
    return {
      ...condition,
      labels: condition.labels.map((label, i) => (kept(Math.floor(i / perItem)) ? label : -1)),
    }
  }
  if (condition.kind === 'tokens') {
    const mask = tf.tensor3d(
      Array.from({ length: countItems(condition) }, (_, i) => [[kept(i) ? 1 : 0]]),
    )
    return { kind: 'tokens', tokens: condition.tokens.mul(mask) as Tensor3D }
  }
  throw new EngineError(modelMessages.noNullCondition, { argument: 'labels' })
}

/** Spec for class labels; undefined without classes. */
export const labelSpec = (classes: number): ConditionSpec | undefined =>
  classes > 0 ? { kind: 'labels', classes, last: classes - 1 } : undefined

/** Returns the labels of a condition that is known to be labels or undefined. */
export const labelsOrNone = (condition: Conditioning | undefined): Int32Array | undefined =>
  condition?.kind === 'labels' ? condition.labels : undefined

/** Reduces equal values to one, so that a single row can be computed and broadcast. */
export const distinct = <T extends Int32Array | Float64Array>(values: T): T =>
  values.every((value) => value === values[0]) ? (values.subarray(0, 1) as T) : values

/**
 * The times of a batch for an embedding: one row for equal times, unless they carry derivatives,
 * which may differ.
 */
export const timeRows = ({ t, tensor }: Pick<Times, 't' | 'tensor'>): Float64Array =>
  tensor ? t : distinct(t)
