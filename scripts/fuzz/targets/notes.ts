// What texts of a file must withstand: layout on canvases and parsing as Markdown and formulas in
// linear time, with bounded work, nesting and results.
import katex from 'katex'
import { findExcess, formulaBounds } from '../../../src/editor/ui/formulaBounds.ts'
import { parseMarkdown, splitText } from '../../../src/editor/ui/markdown.tsx'
import { findTextExcess, textBounds } from '../../../src/editor/ui/markdownBounds.ts'
import { drawNote, parseRichText } from '../../../src/litegraph/richText.ts'
import { wrapText } from '../../../src/litegraph/wrapText.ts'
import { toLabel } from '../../../src/painters/cutText.ts'
import { fitLabel } from '../../../src/painters/frame.ts'
import { splitMath } from '../../../src/painters/mathText.ts'
import { countingContext } from '../countingContext.ts'
import { decodeText, encodeText, generateText } from '../noteGrammar.ts'
import type { SingleTarget } from '../target.ts'
import { Violation } from '../violation.ts'

/** Work of drawing a text of any length: measurements, drawn words and characters of both. */
const canvasBounds = { measured: 40_000, drawn: 8_000, characters: 400_000 }

export const createNotesTarget = (): SingleTarget => ({
  share: 0.2,
  generate: (rng) => encodeText(generateText(rng)),
  async check(bytes) {
    const { kind, text } = decodeText(bytes)
    checkCanvas(text)
    checkLinear(text)
    if (kind === 'formula') return checkFormula(text)
    return kind === 'note' ? checkMarkdown(text) : 'accepted'
  },
})

/** Draws a text as a note and as labels, and counts the work. */
function checkCanvas(text: string) {
  const { ctx, work } = countingContext()
  const box = { x: 0, y: 0, width: 300, height: 200 }
  drawNote(ctx, text, box)
  drawNote(ctx, text, { ...box, width: 4000, height: 4000 })
  const label = toLabel(text)
  fitLabel(ctx, label, 150)
  fitLabel(ctx, text, 150)
  wrapText(ctx, text, 150)
  for (const [name, most] of Object.entries(canvasBounds) as [keyof typeof canvasBounds, number][])
    if (work[name] > most)
      throw new Violation('canvas', `${work[name]} ${name} for a text of ${text.length} characters`)
  if (label.length > 2000) throw new Violation('canvas', `A label has ${label.length} characters`)
}

/** Functions whose time must grow as the text does. */
const scans: Readonly<Record<string, (text: string) => unknown>> = {
  parseRichText,
  splitMath,
  findExcess,
  findTextExcess,
  splitText,
}

const [SHORT, LONG] = [2_000, 32_000]
/** How much more than in proportion a longer text may take, and milliseconds that do not count. */
const [FACTOR, NOISE] = [5, 12]
/** Measurements that must all be slow. */
const TRIES = 5

/** Compares the times for a repeated part of the text: linear ones differ by the ratio of lengths. */
function checkLinear(text: string) {
  const part = text.slice(0, SHORT)
  if (!part) return
  const of = (size: number) => part.repeat(Math.ceil(size / part.length)).slice(0, size)
  const [short, long] = [of(SHORT), of(LONG)]
  for (const [name, scan] of Object.entries(scans)) {
    const isSlow = () => {
      const most = (FACTOR * LONG * timeOf(() => scan(short))) / SHORT + NOISE
      const time = timeOf(() => scan(long))
      // Other processes take time as well.
      return time > most && time > most * (timeOf(calculate) / idle)
    }
    if (Array.from({ length: TRIES }).every(isSlow))
      throw new Violation('time', `${name} takes more than linear time`)
  }
}

function timeOf(call: () => unknown): number {
  const start = performance.now()
  call()
  return performance.now() - start
}

/** Milliseconds of parsing what the bounds allow, on an idle core and on this one. */
const MOST_TIME = 250

/** Runs a call up to three times; `slow` is a calculation that shows how busy the machine is. */
function checkTime<T>(name: string, call: () => T): T {
  for (let tries = 1; ; tries++) {
    const start = performance.now()
    const result = call()
    const time = performance.now() - start
    if (time < MOST_TIME || time < MOST_TIME * (timeOf(calculate) / idle)) return result
    if (tries === 3) throw new Violation('time', `${name} takes ${Math.round(time)} ms`)
  }
}

function calculate(): number {
  let sum = 0
  for (let i = 0; i < 4e6; i++) sum = Math.imul(sum ^ i, 16777619)
  return sum
}

const idle = Math.min(...Array.from({ length: 5 }, () => timeOf(calculate)))

function checkMarkdown(text: string) {
  for (const kind of ['note', 'document'] as const) {
    const parsed = checkTime(`Parsing a ${kind}`, () => parseMarkdown(text, kind))
    if ('problem' in parsed) return 'refused'
    const marks = text.match(/[*_~$[\]<>`!\\]/g)?.length ?? 0
    const levels = depthOf(parsed.tokens)
    const elements = JSON.stringify(parsed.tokens).match(/"type":/g)?.length ?? 0
    if (
      text.length > textBounds.characters ||
      marks > textBounds.allMarks ||
      levels > 3 * textBounds.nesting ||
      elements > 2 * textBounds.elements
    )
      throw new Violation(
        'bounds',
        `A note of ${text.length} characters and ${marks} marks has ${elements} tokens in ${levels} levels`,
      )
  }
  return 'accepted'
}

/** Levels of tokens, also of those in properties that only some have. */
function depthOf(value: unknown): number {
  let level: unknown[] = [value]
  for (let depth = 0; ; depth++) {
    level = level.flatMap((each) =>
      typeof each === 'object' && each !== null ? Object.values(each) : [],
    )
    if (level.length === 0) return depth / 2
  }
}

/** KaTeX's result, before the page checks it: it must be small enough to build and check it. */
const markupBounds = { elements: 6 * formulaBounds.elements, levels: 2 * formulaBounds.levels }

function checkFormula(latex: string): 'accepted' | 'refused' {
  if (findExcess(latex)) return 'refused'
  const symbols = latex.replaceAll(/\\[a-zA-Z@]+/g, '\\').replaceAll(/\s/g, '').length
  const cells = latex.split('&').length - 1
  if (latex.length > formulaBounds.characters || cells > formulaBounds.cells)
    throw new Violation('bounds', `A formula has ${latex.length} characters and ${cells} cells`)
  // A backslash may be a symbol with the mark after it.
  if (symbols > 2 * formulaBounds.tokens)
    throw new Violation('bounds', `A formula has ${symbols} symbols`)
  const markup = checkTime('Typesetting a formula', () => typeset(latex))
  let [depth, levels, elements] = [0, 0, 0]
  for (const [, close, empty] of markup.matchAll(/<(\/?)[^>]*?(\/?)>/g)) {
    if (empty || !close) elements++
    depth += empty ? 0 : close ? -1 : 1
    levels = Math.max(levels, depth)
  }
  if (levels > markupBounds.levels || elements > markupBounds.elements)
    throw new Violation('elements', `A formula has ${elements} elements in ${levels} levels`)
  return 'accepted'
}

/** As the page does it, see math.tsx. '' for what KaTeX cannot parse. */
function typeset(latex: string): string {
  try {
    const options = { displayMode: true, strict: 'ignore', maxExpand: 200, maxSize: 20 } as const
    return katex.renderToString(latex, options)
  } catch {
    return ''
  }
}
