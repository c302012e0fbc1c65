// Values of untrusted files in messages: short, on one line, and never failing.

const LONGEST = 60

/** Prints a JSON value, truncated. Text that is not there prints as `nothing`. */
export function quoteValue(value: unknown, longest = LONGEST): string {
  if (value === undefined) return 'nothing'
  // JSON has no such numbers.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  try {
    return shorten(JSON.stringify(value) ?? typeof value, longest)
  } catch {
    // Nested too deeply for JSON.stringify.
    return Array.isArray(value) ? 'a list' : 'an object'
  }
}

/**
 * The value of a param as text, '' if there is none. An object of a file, which may have no text of
 * its own, prints as JSON.
 */
export const valueAsText = (value: unknown): string =>
  typeof value === 'object' && value !== null ? quoteValue(value) : String(value ?? '')

/** The value of a param as a number, NaN if it is none. */
export const valueAsNumber = (value: unknown): number =>
  typeof value === 'object' ? Number.NaN : Number(value)

/** Prints a name or a path: control characters replaced, truncated. */
export const quoteName = (name: string): string =>
  shorten(name.replaceAll(/\p{Cc}/gu, '\ufffd'), 120)

/** The start of a text. An ellipsis marks that more follows. */
export const shorten = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest)}…`
