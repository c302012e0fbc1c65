// JSON as Python's json module writes it: NaN, Infinity and -Infinity are allowed as values.
//
// Schedulers of diffusers contain `"lambda_min_clipped": -Infinity`, which JSON.parse rejects.

/** The names of numbers that JSON lacks, and how JSON.parse reads each of them. */
const NUMBERS = { Infinity: '1e999', '-Infinity': '-1e999', NaN: undefined } as const
type NumberName = keyof typeof NUMBERS

/** Characters that may stand before and after a value. */
const BEFORE = /^[\s[:,]$/
const AFTER = /^[\s\],}]$/

/**
 * Parses JSON in which numbers may be NaN, Infinity or -Infinity, as Python's json reads it. Strings
 * with these words are unchanged. Runs in linear time. Throws SyntaxError for anything else that is
 * not JSON.
 */
export function parsePythonJson(text: string): unknown {
  // Most files have no such numbers.
  if (!/Infinity|NaN/.test(text)) return JSON.parse(text)
  const { pieces, strings } = splitStrings(text)
  const mark = unusedMark(strings)
  const replaced = pieces.map((piece) =>
    piece.startsWith('"') ? piece : replaceNumbers(piece, mark),
  )
  return JSON.parse(replaced.join(''), (_, value: unknown) => (value === mark ? NaN : value))
}

/**
 * Formats a value like Python's `json.dumps(value, indent=2, sort_keys=True)`: numbers that are not
 * finite are written as NaN, Infinity and -Infinity, which JSON.stringify would replace by null.
 */
export function formatPythonJson(value: Readonly<Record<string, unknown>>): string {
  const marks = new Map<string, string>()
  const texts = new Set<string>()
  const collect = (key: string, item: unknown) => {
    texts.add(key)
    if (typeof item === 'string') texts.add(item)
    return item
  }
  JSON.stringify(value, collect)
  const sorted = Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  const marked = (_: string, item: unknown) => {
    if (typeof item !== 'number' || Number.isFinite(item)) return item
    const mark = unusedMark(texts, String(item))
    marks.set(JSON.stringify(mark), String(item))
    return mark
  }
  const text = JSON.stringify(sorted, marked, 2)
  return [...marks].reduce((all, [mark, number]) => all.replaceAll(mark, number), text)
}

/** Splits JSON into strings, which begin with a quote, and the texts between them. */
function splitStrings(text: string): { pieces: string[]; strings: Set<string> } {
  const pieces: string[] = []
  const strings = new Set<string>()
  let at = 0
  while (at < text.length) {
    const quote = text.indexOf('"', at)
    const start = quote < 0 ? text.length : quote
    if (start > at) pieces.push(text.slice(at, start))
    if (quote < 0) break
    const end = pythonStringEnd(text, quote)
    const string = text.slice(quote, end)
    pieces.push(string)
    strings.add(JSON.parse(string) as string)
    at = end
  }
  return { pieces, strings }
}

/** The index after the string that begins at `quote`. Throws SyntaxError if it does not end. */
function pythonStringEnd(text: string, quote: number): number {
  for (let i = quote + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === BACKSLASH) i++
    else if (code === QUOTE) return i + 1
  }
  throw new SyntaxError('Unterminated string in JSON')
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c]

/** Replaces the names of numbers that stand as values in a text between strings. */
const replaceNumbers = (piece: string, mark: string): string =>
  piece.replaceAll(/-?Infinity|NaN/g, (name, index: number) => {
    const [before, after] = [piece.charAt(index - 1), piece.charAt(index + name.length)]
    // A piece borders on strings, next to which no value may stand, or on the ends of the file.
    const isValue = (before === '' || BEFORE.test(before)) && (after === '' || AFTER.test(after))
    return isValue ? (NUMBERS[name as NumberName] ?? JSON.stringify(mark)) : name
  })

/** A text that is part of none of these. */
function unusedMark(texts: ReadonlySet<string>, name = 'NaN'): string {
  let mark = name
  while ([...texts].some((text) => text.includes(mark))) mark += '_'
  return mark
}
