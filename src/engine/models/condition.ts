// Conditions: what travels on wires, and what a model takes.
import { NodeError } from '../plan/fault.ts'
import { tf } from '../tf.ts'
import type { Tensor3D } from '../tf.ts'
import type { Condition, Conditioning, Labels, Noise, Samples, Timestep } from '../values.ts'

/** What a model can be conditioned on. */
export type ConditionSpec =
  /**
   * `classes` labels, 0 first. `last` is the largest number that it takes: some count the row of "no label" as well.
   * `perItem`: so many of them, 1 where it is missing.
   */
  | { kind: 'labels'; classes: number; last: number; perItem?: number }
  | { kind: 'values' }
  | { kind: 'vectors'; width: number }
  | { kind: 'tokens'; width: number }

/** Whether a model of this condition can do without it: it knows what "no label" is, or attends to a token of zeros. */
export const hasNull = (spec: ConditionSpec) => spec.kind === 'labels' || spec.kind === 'tokens'

/** Values that a slot for conditions takes. */
export type Conditional = Condition | Labels | Timestep | Samples | Noise

/** What a value on a wire means as a condition. */
export function conditioningOf(value: Conditional): Conditioning {
  switch (value.type) {
    case 'condition':
      return value.condition
    case 'labels':
      return { kind: 'labels', labels: value.labels }
    case 'timestep':
      return { kind: 'values', values: value.t }
    case 'samples':
    case 'noise':
      return { kind: 'vectors', vectors: value.tensor }
  }
}

/** How many items a condition is for; 1 may stand for all. */
export function itemsOf(condition: Conditioning): number {
  switch (condition.kind) {
    case 'labels':
      return condition.labels.length / (condition.perItem ?? 1)
    case 'values':
      return condition.values.length
    case 'vectors':
      return condition.vectors.shape[0]!
    case 'tokens':
      return condition.tokens.shape[0]
  }
}

/** The condition of the items from `start` up to `end`; one that stands for all stays. */
export function conditionOfItems(condition: Conditioning, start: number, end: number): Conditioning {
  if (itemsOf(condition) === 1) return condition
  switch (condition.kind) {
    case 'labels': {
      const { perItem = 1 } = condition
      return { ...condition, labels: condition.labels.slice(start * perItem, end * perItem) }
    }
    case 'values':
      return { kind: 'values', values: condition.values.slice(start, end) }
    case 'vectors':
      return { kind: 'vectors', vectors: condition.vectors.slice(start, end - start) }
    case 'tokens':
      return { kind: 'tokens', tokens: condition.tokens.slice(start, end - start) }
  }
}

/**
 * The condition with that of every item that is not to be kept forgotten, all of its labels or all of its tokens. Throws
 * NodeError at `labels` for numbers and vectors, which have nothing that stands for none.
 */
export function forgotten(condition: Conditioning, kept: (item: number) => boolean): Conditioning {
  if (condition.kind === 'labels') {
    const { perItem = 1 } = condition
    return { ...condition, labels: condition.labels.map((label, i) => (kept(Math.floor(i / perItem)) ? label : -1)) }
  }
  if (condition.kind === 'tokens') {
    const mask = tf.tensor3d(Array.from({ length: itemsOf(condition) }, (_, i) => [[kept(i) ? 1 : 0]]))
    return { kind: 'tokens', tokens: condition.tokens.mul(mask) as Tensor3D }
  }
  throw new NodeError({
    slot: 'labels',
    message: 'Numbers and vectors have nothing that stands for no condition.',
    cure: 'Wire labels, LabelTokens or PixelTokens.',
  })
}

/** Class labels, or nothing where there are no classes. */
export const labelsUpTo = (classes: number): ConditionSpec | undefined =>
  classes > 0 ? { kind: 'labels', classes, last: classes - 1 } : undefined

/** The labels of a condition that was checked to be labels, or none. */
export const labelsOf = (condition: Conditioning | undefined): Int32Array | undefined =>
  condition?.kind === 'labels' ? condition.labels : undefined

/** The numbers of a batch, or the one there is if all are alike: one row is then enough, and is broadcast. */
export const distinct = <T extends Int32Array | Float64Array>(values: T): T =>
  values.every((value) => value === values[0]) ? (values.subarray(0, 1) as T) : values
