// Conditions: what travels on wires, and what a model takes.
import type { Condition, Conditioning, Labels, Noise, Samples, Timestep } from '../values.ts'

/** What a model can be conditioned on. */
export type ConditionSpec =
  /** `classes` labels, 0 first. `last` is the largest number that it takes: some count the row of "no label" as well. */
  { kind: 'labels'; classes: number; last: number } | { kind: 'values' } | { kind: 'vectors'; width: number }

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

/** Class labels, or nothing where there are no classes. */
export const labelsUpTo = (classes: number): ConditionSpec | undefined =>
  classes > 0 ? { kind: 'labels', classes, last: classes - 1 } : undefined

/** The labels of a condition that was checked to be labels, or none. */
export const labelsOf = (condition: Conditioning | undefined): Int32Array | undefined =>
  condition?.kind === 'labels' ? condition.labels : undefined

/** The numbers of a batch, or the one there is if all are alike: one row is then enough, and is broadcast. */
export const distinct = <T extends Int32Array | Float64Array>(values: T): T =>
  values.every((value) => value === values[0]) ? (values.subarray(0, 1) as T) : values
