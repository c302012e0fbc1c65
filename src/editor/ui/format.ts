// Formats of times, numbers, sizes and dates: short, and of stable width.
import { safeFileName, type SafeFileName } from '../../engine/base/fileName.ts'
import { language, texts } from '../texts/texts.ts'

/** "4 s", "2 min 05 s", "1 h 20 min". */
export function time(seconds: number): string {
  const { ms, s, min, h } = texts.time.units
  if (!Number.isFinite(seconds)) return '–'
  if (seconds < 0.95) return `${Math.max(1, Math.round(seconds * 1000))}${ms}`
  if (seconds < 9.95) return seconds.toFixed(1) + s
  if (seconds < 60) return Math.round(seconds) + s
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${min} ${twoDigits(seconds % 60)}${s}`
  return `${Math.floor(seconds / 3600)}${h} ${twoDigits((seconds % 3600) / 60)}${min}`
}

/** Durations of at least a second, without fractions: "3 s", "2 min 05 s". */
export const wholeTime = (seconds: number): string =>
  seconds < 10 ? Math.round(seconds) + texts.time.units.s : time(seconds)

/** Measured durations, including short ones: "0.12 ms", "8.4 ms", "120 ms", "4.2 s". */
export const duration = (seconds: number): string =>
  seconds < 0.01 ? (1000 * seconds).toPrecision(2) + texts.time.units.ms : time(seconds)

const twoDigits = (value: number) => String(Math.floor(value)).padStart(2, '0')

/** Estimated durations with low precision: seconds for short times, "18 min" for longer ones. */
export function estimate(seconds: number): string {
  const minutes = Math.round(seconds / 60)
  if (minutes < 3 || !Number.isFinite(seconds)) return time(seconds)
  return minutes < 60 ? minutes + texts.time.units.min : time(minutes * 60)
}

/** Three significant digits: "0.0123", "1.20", "3.4e-7". */
export function number(value: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value)) return String(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1)
  return size >= 100 ? String(Math.round(value)) : value.toPrecision(3)
}

export const count = (value: number) => value.toLocaleString(language())

/** "840 kB" */
export const bytes = (size: number): string =>
  size < 1e3
    ? `${size} B`
    : size < 1e6
      ? `${Math.round(size / 1e3)} kB`
      : size < 1e9
        ? `${(size / 1e6).toFixed(1)} MB`
        : `${(size / 1e9).toFixed(1)} GB`

/** "just now", "12 min ago", "yesterday", "3 Nov". */
export function ago(then: number, now = Date.now()): string {
  const minutes = Math.round((now - then) / 60_000)
  const { now: justNow, minutesAgo, hoursAgo, yesterday } = texts.time
  if (minutes < 1) return justNow
  if (minutes < 60) return minutesAgo(minutes)
  if (minutes < 24 * 60) return hoursAgo(Math.round(minutes / 60))
  if (minutes < 48 * 60) return yesterday
  return day(then)
}

/** "3 Nov" */
export const day = (when: number) =>
  new Date(when).toLocaleDateString(language(), { day: 'numeric', month: 'short' })

export const clock = (when: number, exact = false) =>
  new Date(when).toLocaleTimeString(language(), {
    hour: '2-digit',
    minute: '2-digit',
    ...(exact && { second: '2-digit' }),
    hour12: false,
  })

/** "14:05" today, "3 Nov 14:05" before. With `exact`, "14:05:09". */
export const dateTime = (then: number, exact = false): string =>
  new Date(then).toDateString() === new Date().toDateString()
    ? clock(then, exact)
    : `${day(then)} ${clock(then, exact)}`

/** Turns a name into a file name without spaces. */
export const fileName = (name: string, ending = ''): SafeFileName => {
  const plain = name
    .trim()
    .replace(/[^\p{L}\p{N}._ -]+/gu, '')
    .replace(/\s+/g, '-')
  return safeFileName((plain.slice(0, 70) || 'workflow') + ending)
}
