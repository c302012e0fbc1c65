// Controls of params: the kind of field, its range or choices, and the text of its values. The canvas,
// the panel, sweeps and figures only draw them.
import { valueAsText } from '../engine/base/quote.ts'
import { MAX_SEED, type Param } from '../engine/plan/op.ts'

export type ControlValue = number | boolean | string

export interface NumberControl {
  kind: 'number' | 'seed'
  default: number
  min: number
  max: number
  step: number
  integer: boolean
  /** Ends of its slider; undefined for a field alone. */
  slides?: readonly [from: number, to: number]
}

export type ControlSpec =
  | NumberControl
  /** `choices` are the texts of the values. */
  | { kind: 'choice' | 'boolean'; choices: readonly string[] }
  | { kind: 'text'; multiline: boolean }

/** Returns the control of a param; undefined for drawings and files, which have their own fields. */
export function getControl(param: Param): ControlSpec | undefined {
  switch (param.kind) {
    case 'number':
    case 'seed':
      return numberControl(param)
    case 'choice':
      return { kind: 'choice', choices: param.choices }
    case 'boolean':
      return { kind: 'boolean', choices: ['true', 'false'] }
    case 'text':
      return { kind: 'text', multiline: param.multiline }
    default:
      return undefined
  }
}

export function numberControl(
  param: Extract<Param, { kind: NumberControl['kind'] }>,
): NumberControl {
  if (param.kind === 'seed')
    return { kind: 'seed', default: 0, min: 0, max: MAX_SEED, step: 1, integer: true }
  const { kind, default: usual, min, max, step, integer, slider } = param
  const slides = slider && { slides: param.slides ?? ([min, max] as const) }
  return { kind, default: usual, min, max, step, integer, ...slides }
}

export const isNumeric = (control: ControlSpec): control is NumberControl =>
  control.kind === 'number' || control.kind === 'seed'

/** Reads typed text, without regard to a range. Undefined for text that is no such value. */
export function parseValue(control: ControlSpec, text: string): ControlValue | undefined {
  if (isNumeric(control)) return parseNumber(text)
  if (control.kind === 'text') return text
  if (!control.choices.includes(text)) return undefined
  return control.kind === 'boolean' ? text === 'true' : text
}

/** Returns the nearest allowed value to a value or typed text; undefined for one of another kind. */
export function readValue(control: ControlSpec, value: unknown): ControlValue | undefined {
  const parsed = typeof value === 'string' ? parseValue(control, value) : value
  if (typeof parsed === 'number')
    return isNumeric(control) && Number.isFinite(parsed) ? fitNumber(parsed, control) : undefined
  if (typeof parsed === 'boolean') return control.kind === 'boolean' ? parsed : undefined
  return typeof parsed === 'string' ? parsed : undefined
}

/** Formats a value as it is typed. */
export const formatValue = (value: unknown): string =>
  typeof value === 'number' ? formatNumber(value) : valueAsText(value)

type Range = Pick<NumberControl, 'min' | 'max' | 'integer'>

/** Returns the nearest allowed value: within the range, and an integer if required. */
export function fitNumber(value: number, { min, max, integer }: Range): number {
  const bounded = Math.min(max, Math.max(min, value))
  return integer ? Math.round(bounded) : bounded
}

export const isAllowed = (value: unknown, range: Range): boolean =>
  typeof value === 'number' && value === fitNumber(value, range)

/** Returns the nearest allowed multiple of the step, without the residue of binary fractions. */
export const snapNumber = (value: number, control: NumberControl): number =>
  fitNumber(Number((Math.round(value / control.step) * control.step).toPrecision(12)), control)

/** Formats a number with at most six significant digits, and an exponent if small or large. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e10) return String(value)
  const size = Math.abs(value)
  return size < 1e-3 || size >= 1e7
    ? value
        .toExponential(3)
        .replace(/\.?0+e/, 'e')
        .replace('e+', 'e')
    : String(Number(value.toPrecision(6)))
}

/** Parses a number with decimal comma or point and optional exponent. Undefined for other text. */
export function parseNumber(text: string): number | undefined {
  const plain = text.trim().replace(',', '.')
  const value = Number(plain)
  return plain && Number.isFinite(value) ? value : undefined
}

export const randomSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0]
