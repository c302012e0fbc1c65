// Notes on a canvas: a plain rendering of Markdown with bold, italics, code, headings, lists, and
// mathematics as Unicode. Pages render notes completely.
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

/** Inline marks, and the runs of each. The first one in a text has precedence. */
const marks: readonly { pattern: RegExp; runs: (match: RegExpExecArray, style: Style) => Run[] }[] =
  [
    { pattern: /\\([\\`*_[\]#>$-])/, runs: ([, text], style) => [{ ...style, text }] },
    { pattern: /`([^`]+)`/, runs: ([, text], style) => [{ ...style, text, code: true }] },
    { pattern: /\$[^$]+\$/, runs: ([text], style) => plainRun(text, style) },
    { pattern: /!?\[([^\]]*)\]\([^)\s]*\)/, runs: ([, text], style) => parseRuns(text, style) },
    {
      pattern: /(?<![*\w])\*\*(?!\s)(.+?)(?<!\s)\*\*(?![*\w])/,
      runs: ([, text], style) => parseRuns(text, { ...style, bold: true }),
    },
    {
      pattern: /(?<![*\w])\*(?![\s*])([^*]+?)(?<!\s)\*(?![*\w])/,
      runs: ([, text], style) => parseRuns(text, { ...style, italic: true }),
    },
    {
      pattern: /(?<!\w)_(?![\s_])([^_]+?)(?<!\s)_(?!\w)/,
      runs: ([, text], style) => parseRuns(text, { ...style, italic: true }),
    },
  ]

const plainRun = (text: string, style: Style): Run[] =>
  text ? [{ ...style, text: toUnicodeMath(text) }] : []

/** Parses the inline marks of a line. */
export function parseRuns(text: string, style: Style = {}): Run[] {
  const found: Run[] = []
  let rest = text
  for (;;) {
    const first = firstMark(rest)
    if (!first) return [...found, ...plainRun(rest, style)]
    const { match, runs } = first
    found.push(...plainRun(rest.slice(0, match.index), style), ...runs(match, style))
    rest = rest.slice(match.index + match[0].length)
  }
}

function firstMark(text: string) {
  let first: { match: RegExpExecArray; runs: (typeof marks)[number]['runs'] } | undefined
  for (const { pattern, runs } of marks) {
    const match = pattern.exec(text)
    if (match && (!first || match.index < first.match.index)) first = { match, runs }
  }
  return first
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

function parseLine(line: string): RichLine {
  const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)
  if (heading) return { runs: parseRuns(heading[1], { bold: true }), indent: 0 }
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

/** Breaks a text into lines no wider than `room`. */
function layoutText(
  ctx: CanvasRenderingContext2D,
  text: string,
  room: number,
  style: TextStyle,
): PlacedLine[] {
  return parseRichText(text).flatMap((line) => {
    if (line.runs.length > 1 || line.marker) return placeRuns(ctx, line, room, style)
    const run = line.runs[0] ?? { text: '' }
    const x = line.indent * INDENT
    useFont(ctx, run, style)
    return wrapText(ctx, run.text, room - x).map((words) => ({
      words: [{ x, run: { ...run, text: words } }],
    }))
  })
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

/** Layouts by text, box and font, since measuring text is slow. */
const layouts = new Map<string, LaidNote>()
const MAX_LAYOUTS = 300

function layoutNote(
  ctx: CanvasRenderingContext2D,
  text: string,
  { width, height }: Box,
  family: string,
): LaidNote {
  const key = `${family}|${width}|${height}|${text}`
  const known = layouts.get(key)
  if (known) return known
  const laid = fitNote(ctx, text, { width, height }, family)
  if (layouts.size >= MAX_LAYOUTS) layouts.clear()
  layouts.set(key, laid)
  return laid
}

/** Chooses the largest size at which the text fits. Cuts the text if it fits at none. */
function fitNote(
  ctx: CanvasRenderingContext2D,
  text: string,
  { width, height }: Pick<Box, 'width' | 'height'>,
  family: string,
): LaidNote {
  let cut: LaidNote | undefined
  for (const sizes of SIZES) {
    const style = { ...sizes, family }
    const lines = layoutText(ctx, text, width, style)
    const most = Math.max(1, Math.floor((height - TOP - BOTTOM) / style.pitch) + 1)
    if (lines.length <= most) return { lines, style }
    cut = { lines: [...lines.slice(0, most - 1), addEllipsis(lines[most - 1])], style }
  }
  return cut ?? { lines: [], style: { ...SIZES[0], family } }
}

function addEllipsis({ words }: PlacedLine): PlacedLine {
  const last = words.at(-1)
  if (!last) return { words: [{ x: 0, run: { text: '…' } }] }
  const text = `${last.run.text.replace(/\s?\S*$/, '')}…`
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
