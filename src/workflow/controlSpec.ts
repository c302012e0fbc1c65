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
  slides?: readonly [from: number, to: number] | undefined
}

export type ControlSpec =
  | NumberControl
  | { kind: 'choice'; choices: readonly string[] }
  | { kind: 'boolean'; choices: readonly boolean[] }
  | { kind: 'text'; multiline: boolean }

/** Returns the control of a param; undefined for drawings and files, which have their own fields. */
export function getControl(param: Param): ControlSpec | undefined {
  const { kind } = param
  if (kind === 'number' || kind === 'seed') return numberControl(param)
  if (kind === 'boolean') return { kind, choices: [true, false] }
  return kind === 'choice' || kind === 'text' ? param : undefined
}

export function numberControl(
  param: Extract<Param, { kind: NumberControl['kind'] }>,
): NumberControl {
  if (param.kind === 'seed') return { ...param, min: 0, max: MAX_SEED, step: 1, integer: true }
  const { slider, min, max, slides = [min, max] } = param
  return { ...param, slides: slider ? slides : undefined }
}

export const isNumeric = (control: ControlSpec | undefined): control is NumberControl =>
  control?.kind === 'number' || control?.kind === 'seed'

/** Reads a value or typed text, without regard to a range. Undefined for one of another kind. */
export function parseValue(control: ControlSpec, value: unknown): ControlValue | undefined {
  if ('choices' in control)
    return control.choices.find((each) => each === value || String(each) === value)
  if (typeof value === 'string') return isNumeric(control) ? parseNumber(value) : value
  return isNumeric(control) && Number.isFinite(value) ? Number(value) : undefined
}

/** Reads a value or typed text as the nearest allowed value. */
export function readControlValue(control: ControlSpec, value: unknown): ControlValue | undefined {
  const parsed = parseValue(control, value)
  return isNumeric(control) && typeof parsed === 'number' ? fitNumber(parsed, control) : parsed
}

/** Formats a value as it is typed. */
export const formatControlValue = (value: unknown): string =>
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
