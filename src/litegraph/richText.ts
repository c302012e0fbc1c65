// Notes on a canvas: a plain rendering of Markdown with bold, italics, code, headings, lists, and
// mathematics as Unicode. Pages render notes completely.
import { cutText } from '../painters/cutText.ts'
import type { Box } from '../painters/frame.ts'
import { toUnicodeMath } from '../painters/mathText.ts'
import { FONTS } from '../painters/theme.ts'
import { wrapText } from './wrapText.ts'

export interface Run {
  text: string
  bold?: true
  italic?: true
  code?: true
}

/** A line of the source. Wrapped lines begin at its indent. */
export interface RichLine {
  runs: readonly Run[]
  /** Levels of lists and quotes around it. */
  indent: number
  /** Bullet or number before it. */
  marker?: string
}

/** A line to draw: words with their positions. */
interface PlacedLine {
  words: readonly { x: number; run: Run }[]
}

type Style = Omit<Run, 'text'>

/** A mark that begins at a position: where it ends, and its runs. */
interface Mark {
  end: number
  runs: Run[]
}

/** Returns the first position of a text in `from` or after it; -1 if there is none. */
type Find = (from: number) => number

/**
 * Finds positions for a scan that only moves forwards: each position is searched once, so that many
 * opening marks without an end take linear time.
 */
function findForwards(search: Find): Find {
  let found = -2
  return (from) => {
    if (found === -1 || found >= from) return found
    return (found = search(from))
  }
}

const findAll = (text: string, pattern: RegExp): Find =>
  findForwards((from) => {
    pattern.lastIndex = from
    return pattern.exec(text)?.index ?? -1
  })

/** Finds what may end the marks of a line. */
const findEnds = (text: string) => ({
  code: findForwards((from) => text.indexOf('`', from)),
  math: findForwards((from) => text.indexOf('$', from)),
  label: findForwards((from) => text.indexOf(']', from)),
  address: findAll(text, /[)\s]/g),
  star: findForwards((from) => text.indexOf('*', from)),
  underscore: findForwards((from) => text.indexOf('_', from)),
  bold: findAll(text, /(?<!\s)\*\*(?![*\w])/g),
})

type Ends = ReturnType<typeof findEnds>

const STARTS = /[\\`$![*_]/g
const ESCAPED = /[\\`*_[\]#>$-]/
const [WORD, STAR_OR_WORD, SPACE] = [/\w/, /[*\w]/, /\s/]

const plainRun = (text: string, style: Style): Run[] =>
  text ? [{ ...style, text: toUnicodeMath(text) }] : []

/** A line that is scanned for marks. */
interface Scan {
  text: string
  ends: Ends
  style: Style
}

/** Parses the inline marks of a line, in one scan. */
export function parseRuns(text: string, style: Style = {}): Run[] {
  const runs: Run[] = []
  const scan = { text, ends: findEnds(text), style }
  let [from, at] = [0, 0]
  for (;;) {
    STARTS.lastIndex = at
    const start = STARTS.exec(text)?.index
    if (start === undefined) break
    // The end of a mark is no part of a word that goes on.
    const before = start > from ? text[start - 1] : ''
    const mark = readMark(scan, start, before)
    at = mark?.end ?? start + 1
    if (!mark) continue
    runs.push(...plainRun(text.slice(from, start), style), ...mark.runs)
    from = mark.end
  }
  runs.push(...plainRun(text.slice(from), style))
  return runs
}

function readMark(scan: Scan, at: number, before: string): Mark | undefined {
  const { text, ends, style } = scan
  switch (text[at]) {
    case '\\':
      return ESCAPED.test(text[at + 1] ?? '')
        ? { end: at + 2, runs: [{ ...style, text: text[at + 1] }] }
        : undefined
    case '`': {
      const code = between(text, at, ends.code)
      return code && { end: code.end, runs: [{ ...style, text: code.text, code: true }] }
    }
    case '$': {
      const math = between(text, at, ends.math)
      return math && { end: math.end, runs: plainRun(text.slice(at, math.end), style) }
    }
    case '!':
      return text[at + 1] === '[' ? readTextLink(scan, at + 1) : undefined
    case '[':
      return readTextLink(scan, at)
    case '_':
      return WORD.test(before) ? undefined : readItalic(scan, at, ends.underscore, WORD)
    default:
      if (STAR_OR_WORD.test(before)) return undefined
      return readBold(scan, at) ?? readItalic(scan, at, ends.star, STAR_OR_WORD)
  }
}

/** The text between two equal characters, which is not empty. */
function between(text: string, at: number, find: Find) {
  const close = find(at + 1)
  return close > at + 1 ? { text: text.slice(at + 1, close), end: close + 1 } : undefined
}

/** A link or an image, which is shown as its text. */
function readTextLink({ text, ends, style }: Scan, at: number): Mark | undefined {
  const close = ends.label(at + 1)
  if (close < 0 || text[close + 1] !== '(') return undefined
  const end = ends.address(close + 2)
  if (end < 0 || text[end] !== ')') return undefined
  return { end: end + 1, runs: parseRuns(text.slice(at + 1, close), style) }
}

function readBold({ text, ends, style }: Scan, at: number): Mark | undefined {
  if (text[at + 1] !== '*' || SPACE.test(text[at + 2] ?? ' ')) return undefined
  const close = ends.bold(at + 3)
  if (close < 0) return undefined
  return { end: close + 2, runs: parseRuns(text.slice(at + 2, close), { ...style, bold: true }) }
}

/** @param outside characters that must not follow */
function readItalic(
  { text, style }: Scan,
  at: number,
  find: Find,
  outside: RegExp,
): Mark | undefined {
  if (SPACE.test(text[at + 1] ?? ' ')) return undefined
  const inner = between(text, at, find)
  if (!inner || outside.test(text[inner.end] ?? '') || SPACE.test(text[inner.end - 2]))
    return undefined
  return { end: inner.end, runs: parseRuns(inner.text, { ...style, italic: true }) }
}

/** Parses the lines of a text. Each line break of the source is shown. */
export function parseRichText(text: string): RichLine[] {
  let fenced = false
  return text.split('\n').flatMap((line): RichLine[] => {
    if (/^\s*(```|~~~)/.test(line)) {
      fenced = !fenced
      return []
    }
    return [fenced ? { runs: [{ text: line, code: true }], indent: 1 } : parseLine(line)]
  })
}

/** Returns the text of a note without its marks. */
export const plainText = (text: string): string =>
  parseRichText(text)
    .map(({ runs, marker }) =>
      [marker, runs.map((run) => run.text).join('')].filter(Boolean).join(' '),
    )
    .join('\n')

function parseLine(line: string): RichLine {
  const heading = /^#{1,6}\s+/.exec(line)
  if (heading)
    return { runs: parseRuns(trimHashes(line.slice(heading[0].length)), { bold: true }), indent: 0 }
  const item = /^(\s*)(?:[-*+]|(\d{1,3})[.)])\s+(.*)$/.exec(line)
  if (item) {
    const [, space, number, rest] = item
    const indent = 1 + Math.min(3, Math.floor(space.length / 2))
    return { runs: parseRuns(rest), indent, marker: number === undefined ? '•' : `${number}.` }
  }
  const quote = /^>\s?(.*)$/.exec(line)
  if (quote) return { runs: parseRuns(quote[1], { italic: true }), indent: 1 }
  if (/^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/.test(line)) return { runs: [], indent: 0 }
  return { runs: parseRuns(line), indent: 0 }
}

/** Removes the hashes that may close a heading. A pattern for them would take quadratic time. */
function trimHashes(text: string): string {
  let end = text.length
  while (text[end - 1] === '#') end--
  return text.slice(0, end).trimEnd()
}

interface TextStyle {
  /** Size of the font and distance of the lines, in units of the context. */
  size: number
  pitch: number
  family: string
}

function useFont(ctx: CanvasRenderingContext2D, { bold, italic, code }: Run, style: TextStyle) {
  const weight = bold ? 600 : code ? 500 : 400
  ctx.font = `${italic ? 'italic ' : ''}${weight} ${style.size}px ${style.family}`
}

/** Width of one level of indent. */
const INDENT = 16

/** Breaks the lines of a text until there are more than `most`. None is wider than `room`. */
function layoutText(
  ctx: CanvasRenderingContext2D,
  source: readonly RichLine[],
  { room, most }: { room: number; most: number },
  style: TextStyle,
): PlacedLine[] {
  const placed: PlacedLine[] = []
  for (const line of source) {
    if (placed.length > most) break
    placed.push(...layoutLine(ctx, line, room, style))
  }
  return placed
}

function layoutLine(
  ctx: CanvasRenderingContext2D,
  line: RichLine,
  room: number,
  style: TextStyle,
): PlacedLine[] {
  if (line.runs.length > 1 || line.marker) return placeRuns(ctx, line, room, style)
  const run = line.runs[0] ?? { text: '' }
  const x = line.indent * INDENT
  useFont(ctx, run, style)
  return wrapText(ctx, run.text, room - x).map((words) => ({
    words: [{ x, run: { ...run, text: words } }],
  }))
}

/** Places the words of several runs, each with its own font. */
function placeRuns(
  ctx: CanvasRenderingContext2D,
  { runs, indent, marker }: RichLine,
  room: number,
  style: TextStyle,
): PlacedLine[] {
  const from = indent * INDENT
  const lines: PlacedLine[] = []
  let words: { x: number; run: Run }[] = marker ? [{ x: from - INDENT, run: { text: marker } }] : []
  let x = from
  for (const run of runs) {
    useFont(ctx, run, style)
    for (const part of run.text.split(/(?<= )(?! )/)) {
      const word = part.trimEnd()
      if (word && x > from && x + ctx.measureText(word).width > room) {
        lines.push({ words })
        words = []
        x = from
      }
      if (word) words.push({ x, run: { ...run, text: word } })
      x += ctx.measureText(part).width
    }
  }
  return [...lines, { words }]
}

/** Sizes of a note's text, from the usual one to the smallest that is used to fit it. */
const SIZES = [
  { size: 13, pitch: 19 },
  { size: 13, pitch: 17 },
  { size: 12, pitch: 15.5 },
  { size: 11, pitch: 14 },
  { size: 10, pitch: 12.5 },
]
/** Distance of the first baseline from the top, and of the last one from the bottom. */
const [TOP, BOTTOM] = [15, 3]

interface LaidNote {
  lines: readonly PlacedLine[]
  style: TextStyle
}

/**
 * Characters of a note that are drawn: a node of the size of a screen shows no more. The panel has
 * the complete text.
 */
const MAX_NOTE = 4000

/** Layouts by text, box and font, since measuring text is slow. */
const layouts = new Map<string, LaidNote>()
const MAX_LAYOUTS = 300

function layoutNote(
  ctx: CanvasRenderingContext2D,
  text: string,
  { width, height }: Box,
  family: string,
): LaidNote {
  const cut = cutText(text, MAX_NOTE)
  const key = `${family}|${width}|${height}|${cut}`
  const known = layouts.get(key)
  if (known) return known
  const laid = fitNote(ctx, parseRichText(cut), { width, height }, family)
  if (layouts.size >= MAX_LAYOUTS) layouts.clear()
  layouts.set(key, laid)
  return laid
}

/** Chooses the largest size at which the text fits. Cuts the text if it fits at none. */
function fitNote(
  ctx: CanvasRenderingContext2D,
  source: readonly RichLine[],
  { width, height }: Pick<Box, 'width' | 'height'>,
  family: string,
): LaidNote {
  let cut: LaidNote | undefined
  for (const sizes of SIZES) {
    const style = { ...sizes, family }
    const most = Math.max(1, Math.floor((height - TOP - BOTTOM) / style.pitch) + 1)
    const lines = layoutText(ctx, source, { room: width, most }, style)
    if (lines.length <= most) return { lines, style }
    cut = { lines: [...lines.slice(0, most - 1), addEllipsis(lines[most - 1])], style }
  }
  return cut ?? { lines: [], style: { ...SIZES[0], family } }
}

function addEllipsis({ words }: PlacedLine): PlacedLine {
  const last = words.at(-1)
  if (!last) return { words: [{ x: 0, run: { text: '…' } }] }
  // A lone word stays.
  const kept = last.run.text.replace(/\s?\S*$/, '')
  const text = `${kept || words.length > 1 ? kept : last.run.text}…`
  return { words: [...words.slice(0, -1), { ...last, run: { ...last.run, text } }] }
}

/**
 * Draws a note within a box. A text that does not fit is drawn smaller; if it does not fit even
 * then, an ellipsis marks that more follows.
 */
export function drawNote(
  ctx: CanvasRenderingContext2D,
  text: string,
  box: Box,
  family: string = FONTS,
) {
  const { lines, style } = layoutNote(ctx, text, box, family)
  lines.forEach(({ words }, i) => {
    for (const { x, run } of words) {
      useFont(ctx, run, style)
      ctx.fillText(run.text, box.x + x, box.y + TOP + i * style.pitch)
    }
  })
}
