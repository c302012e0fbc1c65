// References of a program: expressions of Python, by kind, with what their readers depend on.
import type { PredictionType, Space, VarianceKind } from '../../engine/base/values.ts'
import type { ScheduleValue } from '../../engine/process/values.ts'

/** A tensor with a row per item, or a data set. */
interface Items {
  space?: Space | undefined
}

/** A tensor of predictions of a model. */
interface Prediction extends Items {
  kind: 'prediction'
  predicts: PredictionType
  /** The variable of the learned variance, and its kind. */
  variance?: { code: string; kind: VarianceKind }
}

interface Dataset extends Items {
  kind: 'dataset'
  /** The variable of the labels, if there are any. */
  labels?: string | undefined
}

/** Levels of a schedule, whose field `t` has the times. */
interface Time {
  kind: 'time'
  /** One for all items, so that its levels are numbers. */
  single: boolean
  /** The variable of the schedule; without one, all levels but the time are unknown. */
  schedule?: string | undefined
  /** The time itself, if it has no levels. */
  time?: string
}

/** A list of transitions of a sampler. */
interface Transitions {
  kind: 'transitions'
  /** The variable of the schedule, and its value. */
  schedule: string
  process: ScheduleValue
  /** The factor of noise before the first step, if it is not 1. */
  scale?: number | undefined
}

interface Model {
  kind: 'model'
  predicts: PredictionType
  variance?: VarianceKind | undefined
  /** Takes the level instead of the time, as wrappers do. */
  takesLevel?: true
  /** The variable of the network inside a wrapper, or of a training, and the wrapper around another. */
  trained?: string
  wrap?: (network: string) => string
}

/** The argument of networks for a condition. */
export type ConditionPart = readonly [name: 'classes' | 'channels', code: string]

/** The kind of an expression, and its properties. */
export type Facts = (
  | ({ kind: 'batch' | 'noise' } & Items)
  | Prediction
  | Dataset
  | Time
  | Transitions
  | Model
  /** A training: the variables of its averages. */
  | { kind: 'training'; averages: readonly string[] }
  /** Several conditions of a network. */
  | { kind: 'conditions'; parts: readonly ConditionPart[] }
  /** `scalar`: a number of Python or a tensor without axes. `list`: a trajectory or history. */
  | { kind: 'scalar' | 'list' | 'labels' | 'schedule' }
) & {
  /** Size of the batch in all processes, if each has its share of the items. */
  shared?: number | undefined
}

/** A value as an expression of Python. */
export type Ref = Facts & { code: string }

export type RefOf<K extends Ref['kind']> = Extract<Ref, { kind: K }>

export const spaceOf = (ref: Facts): Space | undefined => ('space' in ref ? ref.space : undefined)

/** A batch with the space of another value. */
export const batchLike = (ref: Facts) =>
  ({ kind: 'batch', space: spaceOf(ref), shared: ref.shared }) as const

/** A timestep for all items. */
export const singleTime = (schedule?: string) => ({ kind: 'time', single: true, schedule }) as const

/** Samples without a space of their own have the one of the inputs that they are computed from. */
export function withSpace(ref: Ref, inputs: readonly Ref[]): Ref {
  switch (ref.kind) {
    case 'batch':
    case 'noise':
    case 'prediction':
    case 'dataset':
      return { ...ref, space: ref.space ?? inputs.map(spaceOf).find((space) => space) }
    default:
      return ref
  }
}

/** The type of a prediction; undefined for anything else. */
export const predictedType = (ref: Ref | undefined): PredictionType | undefined =>
  ref?.kind === 'prediction' ? ref.predicts : undefined

/** A prediction of the same type without a variance, or a batch. */
export const samePrediction = (ref: Ref): Facts => {
  const predicts = predictedType(ref)
  return predicts === undefined ? { kind: 'batch' } : { kind: 'prediction', predicts }
}
