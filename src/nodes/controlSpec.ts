// Numbers in controls of params: allowed values, formatting and parsing.

/** Returns the nearest allowed value: within the range, and an integer if required. */
export function fitNumber(
  value: number,
  { min, max, integer }: { min: number; max: number; integer: boolean },
): number {
  const bounded = Math.min(max, Math.max(min, value))
  return integer ? Math.round(bounded) : bounded
}

/** Returns the ends of a slider. */
export const sliderRange = ({
  min,
  max,
  slides,
}: {
  min: number
  max: number
  slides?: readonly [number, number]
}): readonly [number, number] => slides ?? [min, max]

/** Rounds to a multiple of the step, without the residue of binary fractions. */
export const snapToStep = (value: number, step: number): number =>
  Number((Math.round(value / step) * step).toPrecision(12))

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
