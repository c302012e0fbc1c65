// Ticks of axes, and numbers as texts.

/** About `count` round values (1, 2 or 5 times a power of ten) within a range. */
export function ticks(min: number, max: number, count: number): number[] {
  const span = max - min
  if (!(span > 0) || !Number.isFinite(span)) return [min]
  const rough = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.75) ?? 10)
  const from = Math.ceil(min / step - 1e-9)
  const to = Math.floor(max / step + 1e-9)
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) =>
    Number(((from + i) * step).toPrecision(12)),
  )
}

/**
 * Powers of ten within a range, and 2 and 5 times them if there are few. If these are fewer than
 * three, the range is so short that round values at equal distances are used.
 */
export function logTicks(min: number, max: number): number[] {
  const powers: number[] = []
  for (let e = Math.floor(Math.log10(min)); e <= Math.ceil(Math.log10(max)); e++)
    powers.push(10 ** e)
  const within = (values: number[]) =>
    values.filter((v) => v >= min * 0.999 && v <= max * 1.001).map((v) => Number(v.toPrecision(3)))
  const coarse = within(powers)
  if (coarse.length > 6) return coarse.filter((_, i) => i % Math.ceil(coarse.length / 6) === 0)
  if (coarse.length >= 3) return coarse
  const fine = within(powers.flatMap((power) => [power, 2 * power, 5 * power]))
  return fine.length >= 3 ? fine : ticks(min, max, 4)
}

/** Writes a number for an axis: short, with a true minus sign. */
export function tickText(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  const text =
    size >= 1e6 || size < 1e-3
      ? value.toExponential(1).replace('.0e', 'e').replace('e+', 'e')
      : size >= 10_000
        ? `${Number((value / 1000).toPrecision(4))}k`
        : String(Number(value.toPrecision(4)))
  return text.replaceAll('-', '−')
}

/** Writes a measured number with exactly four significant digits. */
export function measureText(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  const text =
    value === 0
      ? '0'
      : size >= 1e5 || size < 1e-3
        ? value.toExponential(2).replace('e+', 'e')
        : value.toPrecision(4)
  return text.replaceAll('-', '−')
}
