// Slots for declarations: one builder per slot type, and modifiers.
import type { Accepts, OutputType } from '../../engine/plan/op.ts'
import type { SlotType, SlotValues, Value } from '../../engine/plan/slotValues.ts'

/** A slot of a declaration: the types it accepts as an input, the type it has as an output. */
export interface Slot<In = unknown, Out = unknown> {
  accepts: Accepts
  type: OutputType
  about: string
  optional?: true
  many?: true
  /** See `OutputSlot`. */
  per?: string
  host?: true | 'inputs'
  grows?: true
  more?: { of?: string | undefined }
  further?: true
  /** For type inference only; never present. */
  readonly value?: { in: In; out: Out }
}

const defineSlot =
  <In extends SlotType, Out extends SlotType>(accepts: readonly In[], type: Out) =>
  (about = ''): Slot<SlotValues[In], SlotValues[Out]> => ({ accepts, type, about })

export const samples = defineSlot(['samples', 'noise'], 'samples')
export const noise = defineSlot(['noise', 'samples'], 'noise')
export const prediction = defineSlot(['prediction'], 'prediction')
export const timestep = defineSlot(['timestep'], 'timestep')
export const timesteps = defineSlot(['timesteps'], 'timesteps')
export const schedule = defineSlot(['schedule'], 'schedule')
export const model = defineSlot(['model'], 'model')
export const labels = defineSlot(['labels'], 'labels')
/** Also accepts the tokens of a batch as TrainingStart outputs them. */
export const tokens = defineSlot(['tokens', 'condition'], 'tokens')
export const condition = defineSlot(
  ['condition', 'labels', 'timestep', 'samples', 'noise'],
  'condition',
)
export const loss = defineSlot(['loss', 'number'], 'loss')
export const losses = defineSlot(['losses'], 'losses')
export const weights = defineSlot(['weights'], 'weights')
export const record = defineSlot(['record'], 'record')
export const number = defineSlot(['number', 'loss'], 'number')
export const text = defineSlot(['text'], 'text')
export const dataset = defineSlot(['dataset'], 'dataset')
export const vocabulary = defineSlot(['vocabulary'], 'vocabulary')
export const attention = defineSlot(['attention'], 'attention')
export const logits = defineSlot(['logits'], 'logits')
export const features = defineSlot(['features'], 'features')
export const optimizer = defineSlot(['optimizer'], 'optimizer')
export const ema = defineSlot(['ema'], 'ema')
export const trajectory = defineSlot(['trajectory'], 'trajectory')
export const history = defineSlot(['history'], 'history')
export const training = defineSlot(['training'], 'training')

/** Accepts several types. As an output it has the first. */
export const oneOf = <T extends SlotType>(
  types: readonly T[],
  about = '',
): Slot<SlotValues[T], SlotValues[T]> => ({
  accepts: types,
  type: types[0],
  about,
})

/** Accepts any type. */
export const any = (about = ''): Slot<Value, Value> => ({ accepts: 'any', type: 'samples', about })

/** An output with the type of the value wired to `input`. */
export const like = (input: string, about = ''): Slot<Value, Value> => ({
  accepts: 'any',
  type: { like: input },
  about,
})

/** An output number that is known on the CPU: params can be wired to it. */
export const onHost = <In, Out>(slot: Slot<In, Out>): Slot<In, Out> => ({ ...slot, host: true })
/** An output with the slot type that a choice param names, or with that of `input`. */
export const chosen = (param: string, input: string, about = ''): Slot<Value, Value> => ({
  accepts: 'any',
  type: { like: input, param },
  about,
})

/** An input that may be unwired. */
export const optional = <In, Out>(
  slot: Slot<In, Out>,
): Slot<In | undefined, Out> & { optional: true } => ({
  ...(slot as Slot<In | undefined, Out>),
  optional: true,
})

/** One of a row of optional inputs: see `InputSlot.grows`. */
export const grows = <In, Out>(
  slot: Slot<In, Out>,
): Slot<In | undefined, Out> & { optional: true; grows: true } => ({
  ...optional(slot),
  grows: true,
})

/** A slot that is rarely used: offered while the param `further_slots` of the loop is on. */
export const further = <S extends Slot>(slot: S): S => ({ ...slot, further: true })

/**
 * A slot with further, optional ones: `name`, `name_2`, `name_3`, ... Those of another input `of`
 * are offered once that has as many. An output has one for each further slot of the input `of`, at
 * the Start of the loop for an End; by default of its own name.
 */
export const more = <In, Out>(
  slot: Slot<In, Out>,
  of?: string,
): Slot<In, Out> & { more: { of?: string | undefined } } => ({ ...slot, more: { of } })

/**
 * One slot per wire: `name_1`, `name_2`, ... `run` receives and returns values under these names.
 */
export const many = <In, Out>(slot: Slot<In, Out>): Slot<In, Out> & { many: true } => ({
  ...slot,
  many: true,
})

/** One output slot for each wire of the many-input `input`, which has another name. */
export const manyPer = <In, Out>(
  input: string,
  slot: Slot<In, Out>,
): Slot<In, Out> & { many: true } => ({ ...slot, many: true, per: input })
