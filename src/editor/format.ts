// Numbers in words, short and without jitter.

/** "4 s", "2 min 05 s", "1 h 20 min". */
export function time(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–'
  if (seconds < 0.95) return `${Math.max(1, Math.round(seconds * 1000))} ms`
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')} min`
}

/** Of what is only guessed, no more than can be known: seconds for short times, "18 min" for longer ones. */
export function roughly(seconds: number): string {
  const minutes = Math.round(seconds / 60)
  return minutes < 3 || !Number.isFinite(seconds) ? time(seconds) : minutes < 60 ? `${minutes} min` : time(minutes * 60)
}

/** Three significant digits: "0.0123", "1.20", "3.4e-7". */
export function number(value: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value)) return String(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1)
  return size >= 100 ? String(Math.round(value)) : value.toPrecision(3)
}

export const count = (value: number) => value.toLocaleString('en')

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
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  if (minutes < 24 * 60) return `${Math.round(minutes / 60)} h ago`
  if (minutes < 48 * 60) return 'yesterday'
  return new Date(then).toLocaleDateString('en', { day: 'numeric', month: 'short' })
}

export const clock = (when: number) =>
  new Date(when).toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hour12: false })

/** A name that a file system takes. */
export const fileName = (name: string) =>
  name
    .trim()
    .replace(/[^\p{L}\p{N}._ -]+/gu, '')
    .replace(/\s+/g, '-')
    .slice(0, 80) || 'workflow'
