// Params for declarations: one builder per kind of param, and modifiers.
import type { Param } from '../../engine/plan/op.ts'

type Declared<P extends Param, T> = P & { readonly value?: T }
export type ParamSpecs = Record<string, Param & { readonly value?: unknown }>

/** Values of params. */
export type RunParams<P extends ParamSpecs> = {
  [K in keyof P]: P[K] extends { readonly value?: infer T } ? Exclude<T, undefined> : never
}

type ParamOfKind<K extends Param['kind']> = Extract<Param, { kind: K }>

interface Range {
  min?: number
  max?: number
  step?: number
  slider?: boolean
  /** The part of the range that a slider covers, if the range itself is too wide for one. */
  slides?: readonly [from: number, to: number]
}

/** A real number. `step` is the smallest change that makes sense. */
export const real = (
  initial: number,
  range: Range,
  about: string,
): Declared<ParamOfKind<'number'>, number> => ({
  kind: 'number',
  default: initial,
  min: range.min ?? -1e9,
  max: range.max ?? 1e9,
  step: range.step ?? 0.01,
  integer: false,
  slider: range.slider ?? false,
  ...(range.slides && { slides: range.slides }),
  about,
})

export const integer = (
  initial: number,
  range: Range,
  about: string,
): Declared<ParamOfKind<'number'>, number> => ({
  kind: 'number',
  default: initial,
  min: range.min ?? 0,
  max: range.max ?? 1e9,
  step: range.step ?? 1,
  integer: true,
  slider: range.slider ?? false,
  ...(range.slides && { slides: range.slides }),
  about,
})

/**
 * One of several names; the first is the default. `each` describes single choices, `groups` sorts a
 * long list.
 */
export const choice = <const C extends readonly string[]>(
  choices: C,
  about: string,
  each?: Readonly<Record<C[number], string>>,
  groups?: Readonly<Record<string, readonly C[number][]>>,
): Declared<ParamOfKind<'choice'>, C[number]> => ({
  kind: 'choice',
  default: choices[0],
  choices,
  about,
  ...(each && { each }),
  ...(groups && { groups }),
})

export const toggle = (
  initial: boolean,
  about: string,
): Declared<ParamOfKind<'boolean'>, boolean> => ({
  kind: 'boolean',
  default: initial,
  about,
})

export const text = (
  initial: string,
  about: string,
  multiline = false,
): Declared<ParamOfKind<'text'>, string> => ({
  kind: 'text',
  default: initial,
  multiline,
  about,
})

/** Name of a layer, part of the names of its weights. */
export const layerName = (
  initial: string,
  about = 'Name of the layer, unique in the model; its weights are stored and reused by it. =conv uses the weights of the layer conv',
): Declared<ParamOfKind<'text'>, string> => ({
  ...text(initial, about),
  unique: true,
})

/** The text of a formula. */
export const formula = (initial: string, about: string): Declared<ParamOfKind<'text'>, string> => ({
  ...text(initial, about, true),
  formula: 'inputs',
})

/** The text of a formula of u, from 0 to 1. `result` is the symbol of its value, in LaTeX. */
export const curve = (
  initial: string,
  result: string,
  about: string,
): Declared<ParamOfKind<'text'>, string> => ({
  ...text(initial, about, true),
  formula: 'u',
  result,
})

export const seed = (
  about = 'Equal seeds draw equal random numbers',
): Declared<ParamOfKind<'seed'>, number> => ({
  kind: 'seed',
  default: 0,
  about,
})

/**
 * Points that the user draws on the node. With `radius`, they are discs: the param of this name is
 * their radius as a share of the side.
 */
export const drawing = (
  about: string,
  radius?: string,
): Declared<ParamOfKind<'drawing'>, readonly (readonly [number, number])[]> => ({
  kind: 'drawing',
  default: [],
  about,
  ...(radius !== undefined && { radius }),
})

/** A stored checkpoint. */
export const checkpoint = (
  about: string,
): Declared<ParamOfKind<'checkpoint'>, ParamOfKind<'checkpoint'>['default']> => ({
  kind: 'checkpoint',
  default: null,
  about,
})

/** A data set imported from the user's files, stored in the browser. */
export const ownDataset = (
  about: string,
): Declared<ParamOfKind<'dataset'>, ParamOfKind<'dataset'>['default']> => ({
  kind: 'dataset',
  default: null,
  about,
})

/** A data set of points, stored in the browser. */
export const ownPoints = (
  about: string,
): Declared<ParamOfKind<'dataset'>, ParamOfKind<'dataset'>['default']> => ({
  ...ownDataset(about),
  holds: 'points',
})

/** A rarely changed param. It is not shown on the node. */
export const advanced = <P extends Param>(param: P): P => ({ ...param, advanced: true })

/** A param that has an effect only while another param has this value, or one of these. */
export const when = <P extends Param>(
  param: string,
  is: string | readonly string[],
  then: P,
): P => ({
  ...then,
  when: { param, is },
})

/** A number with the symbol that it has in the equation of the node, in LaTeX. */
export const symbol = <P extends ParamOfKind<'number'>>(symbol: string, param: P): P => ({
  ...param,
  symbol,
})

/** A param that has no effect while an input is wired. */
export const unless = <P extends Param>(input: string, then: P): P => ({ ...then, unless: input })

/** Param of a loop that offers its further slots on the canvas. Has no effect on results. */
export const furtherSlots = (about: string) => added(advanced(toggle(false, about)))

/** A param that was added after results were stored with the node; see `Param.added`. */
export const added = <P extends Param>(param: P): P & { added: true } => ({ ...param, added: true })
