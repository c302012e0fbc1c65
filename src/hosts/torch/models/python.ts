// Python source from templates.

/** Contents of a template: text, lines, or nothing. */
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

/** Arguments of a call, without those that are false or undefined. */
export const args = (...items: readonly (string | number | false | undefined)[]): string =>
  items.filter((item) => item !== false && item !== undefined).join(', ')

/** The longest line of the source. */
const WIDTH = 100

/** True for lines of blocks that are short with names in place of sizes, the first of a call. */
export const isShort = (line: string): boolean =>
  line.replaceAll(/(?<=\((?:\d+, )?)\d+(?=[,)])/g, 'channels').length < WIDTH

/** An expression, or one with items in brackets that may be on lines of their own. */
export type Code =
  | string
  | {
      head: string
      items: readonly Code[]
      tail: string
      /** The item is no list, which has no comma at its end. */
      isOne?: true
    }

const flatText = (code: Code): string =>
  typeof code === 'string' ? code : code.head + code.items.map(flatText).join(', ') + code.tail

/** Lines of an expression: one if `fits` holds for it with its indentation. */
export function printCode(
  code: Code,
  indent: number,
  fits: (line: string) => boolean = (line) => line.length < WIDTH,
): string[] {
  const line = flatText(code)
  if (typeof code === 'string' || fits(' '.repeat(indent) + line)) return [line]
  const { head, items, tail, isOne } = code
  const [only] = items
  if (items.length === 1 && typeof only !== 'string')
    // Brackets inside each other open together.
    return printCode({ ...only, head: head + only.head, tail: only.tail + tail }, indent, fits)
  if (head.endsWith(' = ')) return [line]
  const joined = items.every((item) => typeof item === 'string') && items.join(', ')
  if (joined && fits(' '.repeat(indent + 4) + joined)) return [head, `    ${joined}`, tail]
  const inner = items.flatMap((item) => {
    const lines = printCode(item, indent + 4, fits)
    return [...lines.slice(0, -1), `${lines.at(-1)!}${isOne ? '' : ','}`]
  })
  return [head, ...inner.map((text) => `    ${text}`), tail]
}

/** A line of a method before it is indented, on several lines if it is long. */
export function breakMethodLine(line: string): string[] {
  if (line.length <= WIDTH - 8) return [line]
  const indent = ' '.repeat(line.length - line.trimStart().length)
  const broken = waysToBreak(line).map(([head, inside, tail]) => [
    head,
    `${indent}    ${inside}`,
    `${indent}${tail}`,
  ])
  const areShort = (lines: readonly string[]) => lines.every(({ length }) => length <= WIDTH - 8)
  return broken.find(areShort) ?? broken[0] ?? [line]
}

type Broken = [head: string, inside: string, tail: string]

/** Brackets around the expression of a line, or the last ones in it, on lines of their own. */
function waysToBreak(line: string): Broken[] {
  const [, head, inside] = /^( *(?:[\w, ()]+ = |return ))(.*)$/.exec(line) ?? []
  const atBrackets = breakLastBrackets(line)
  return head === undefined ? atBrackets : [[`${head}(`, inside, ')'], ...atBrackets]
}

function breakLastBrackets(line: string): Broken[] {
  const end = line.lastIndexOf(')')
  let depth = 0
  for (let at = end; at > 0; at--) {
    if (line[at] === ')') depth++
    if (line[at] === '(' && --depth === 0)
      return [[line.slice(0, at + 1), line.slice(at + 1, end), line.slice(end)]]
  }
  return []
}
