// Controls of params: the kind of field, its range or choices, and the text of its values. The canvas,
// the panel, sweeps and figures only draw them.
import type { Message } from '../engine/base/catalogue.ts'
import { valueAsText } from '../engine/base/quote.ts'
import { MAX_SEED, type Param } from '../engine/plan/op.ts'
import { controlMessages } from '../messages/controls.ts'
import { evaluateArithmetic } from './arithmetic.ts'

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
  if (typeof value === 'string') return isNumeric(control) ? parseTyped(value) : value
  return isNumeric(control) && Number.isFinite(value) ? Number(value) : undefined
}

/** Reads a value or typed text as the nearest allowed value. */
export function readControlValue(control: ControlSpec, value: unknown): ControlValue | undefined {
  const parsed = parseValue(control, value)
  return isNumeric(control) && typeof parsed === 'number' ? fitNumber(parsed, control) : parsed
}

/** Number of a typed text, or the reason why it is none that the control allows. */
export type TypedNumber = { value: number; problem?: never } | { value?: never; problem: Message }

/** Reads typed text, which may be arithmetic, without changing the number that it gives. */
export function readTypedNumber(control: NumberControl, text: string): TypedNumber {
  const value = parseTyped(text)
  const { min, max, integer } = control
  if (value === undefined)
    return {
      problem: text.trim()
        ? controlMessages.notNumber({ text: shorten(text.trim()) })
        : controlMessages.noNumber(),
    }
  if (value < min) return { problem: controlMessages.tooLow({ limit: formatNumber(min) }) }
  if (value > max) return { problem: controlMessages.tooHigh({ limit: formatNumber(max) }) }
  if (integer && !Number.isInteger(value))
    return { problem: controlMessages.notInteger({ value: formatNumber(value) }) }
  return { value }
}

const shorten = (text: string) => (text.length > 24 ? `${text.slice(0, 23)}…` : text)

const parseTyped = (text: string): number | undefined =>
  parseNumber(text) ?? withoutResidue(evaluateArithmetic(text))

/** Removes the residue of binary fractions: 3e-4 of 1e-4 * 3. */
const withoutResidue = (value: number | undefined) =>
  value === undefined ? undefined : Number(value.toPrecision(12))

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
  snapTo(value, control.step, control)

/** Returns the number that is some steps away: of arrow keys and arrows. */
export const stepNumber = (from: number, steps: number, control: NumberControl): number =>
  fitNumber(Number((from + steps * control.step).toPrecision(12)), control)

/** Modifiers of a drag: fine is a tenth of the speed, coarse ten times the steps. */
export interface DragSpeed {
  fine: boolean
  coarse: boolean
}

/** Width of a slider on a node, in pixels. */
const SLIDER = 170

/**
 * Change of a number by one pixel of a drag, and the multiples on which it snaps. Steps grow with
 * the number, from 3 by 1 and from 3,000 by 100, but never skip a small range.
 */
export function dragSteps(
  control: NumberControl,
  from: number,
  { fine, coarse }: DragSpeed,
): { perPixel: number; snap: number } {
  const { step, integer, slides } = control
  const unit = slides
    ? (slides[1] - slides[0]) / 100
    : Math.min(
        Math.max(step, 10 ** (Math.floor(Math.log10(Math.abs(from) || step)) - 1)),
        Math.max(step, (control.max - control.min) / 20),
      )
  const perPixel = slides ? (slides[1] - slides[0]) / SLIDER : unit / (integer ? 10 : 4)
  if (fine) return { perPixel: perPixel / 10, snap: integer ? 1 : Math.min(step, unit / 10) }
  return coarse ? { perPixel: perPixel * 10, snap: unit * 10 } : { perPixel, snap: step }
}

/** Returns the nearest allowed multiple of a number. */
export const snapTo = (value: number, multiple: number, control: NumberControl): number =>
  fitNumber(Number((Math.round(value / multiple) * multiple).toPrecision(12)), control)

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
