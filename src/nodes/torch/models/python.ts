// Python source from templates.

/** What a template may contain: text, lines, or nothing. */
type Piece = string | number | false | undefined | readonly string[]

/**
 * Python source, without the indentation that all lines share and without the first and last line
 * break. A line that holds nothing but a piece becomes the lines of that piece, all indented like
 * it; it is left out if the piece is false, undefined or has no lines.
 */
export function python(strings: TemplateStringsArray, ...pieces: Piece[]): string {
  const marked = strings.raw.reduce((text, part, i) => `${text}\0${i - 1}\0${part}`)
  const lines = marked.replace(/^\n/, '').replace(/\n *$/, '').split('\n')
  const shared = Math.min(...lines.filter((line) => line.trim()).map(indentation))
  return lines.flatMap((line) => fillLine(line.slice(shared), pieces)).join('\n')
}

const indentation = (line: string): number => line.length - line.trimStart().length

function fillLine(line: string, pieces: readonly Piece[]): string[] {
  const [, indent, alone] = /^( *)\0(\d+)\0$/.exec(line) ?? []
  if (alone !== undefined)
    return toLines(pieces[Number(alone)]).map((text) => (text === '' ? '' : indent + text))
  return [line.replaceAll(/\0(\d+)\0/g, (_, i) => toLines(pieces[Number(i)]).join('\n'))]
}

function toLines(piece: Piece): string[] {
  if (piece === undefined || piece === false) return []
  const texts = typeof piece === 'object' ? piece : [String(piece)]
  return texts.flatMap((text) => text.split('\n'))
}

/** A number as Python source. */
export function number(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value)
}

/** A list as Python source. */
export const list = (items: readonly (string | number)[]): string => `[${items.join(', ')}]`

/** Arguments of a call, without those that are false or undefined. */
export const args = (...items: readonly (string | number | false | undefined)[]): string =>
  items.filter((item) => item !== false && item !== undefined).join(', ')

/** The longest line of the source. */
const WIDTH = 100

/**
 * A statement that ends with a list in brackets, `head[items]tail`: on one line if it fits at this
 * indentation, or with an item per line.
 */
export function bracketed(head: string, items: readonly string[], tail: string, indent: number) {
  const line = head + items.join(', ') + tail
  const isShort = indent + line.length <= WIDTH && !items.some((item) => item.includes('\n'))
  if (isShort) return [line]
  return [
    head,
    ...items.flatMap((item) => `${item},`.split('\n').map((text) => `    ${text}`)),
    tail,
  ]
}
