// Mathematics in plain texts: finds symbols such as x_t, q(x_{t-1} | x_t, x_0) and $\alpha$ in
// titles and notes, as LaTeX for pages and with Unicode subscripts for canvases.
import { latexToUnicode, toSubscript } from './unicodeMath.ts'

/** Part of a text. `text` is readable everywhere; `latex` is set if the part is mathematics. */
export interface TextPart {
  text: string
  latex?: string
}

/** Subscripts that are words. Others, as in batch_size, are names. */
const WORDS = 'prev|next|min|max|pred|data|model|theta'
const SUBSCRIPT = String.raw`_(?:\{[^{}_$]{1,16}\}|\d{1,3}|[A-Za-z]|(?:${WORDS}))(?!\w|[./]\w)`
const SYMBOL = String.raw`[A-Za-zα-ω]${SUBSCRIPT}`
/** A function of symbols, as a density: q(x_t | x_0). */
const CALL = String.raw`[pqfp]\((?=[^()]*${SYMBOL})[\w\s,|;+\-{}α-ω]{1,60}\)`
const DOLLARS = String.raw`\$(?![\s\d])[^$\n]{1,400}(?<!\s)\$(?!\d)`

const MATH = new RegExp(String.raw`(?<![\w./$\\])(?:${CALL}|${SYMBOL})|${DOLLARS}`, 'g')

const parts = new Map<string, readonly TextPart[]>()
const MAX_CACHED = 500

/** Splits a text into plain parts and mathematics. */
export function splitMath(text: string): readonly TextPart[] {
  if (!text.includes('_') && !text.includes('$')) return text ? [{ text }] : []
  const known = parts.get(text)
  if (known) return known
  if (parts.size >= MAX_CACHED) parts.clear()
  const split = findMathParts(text)
  parts.set(text, split)
  return split
}

function findMathParts(text: string): TextPart[] {
  const found: TextPart[] = []
  let end = 0
  for (const match of text.matchAll(MATH)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index) })
    end = match.index + match[0].length
    found.push(toPart(match[0]))
  }
  if (end < text.length) found.push({ text: text.slice(end) })
  return found
}

function toPart(source: string): TextPart {
  if (source.startsWith('$')) {
    const latex = source.slice(1, -1)
    return { text: latexToUnicode(latex), latex }
  }
  return { text: replaceSymbols(source, toUnicodeSymbol), latex: toLatex(source) }
}

const replaceSymbols = (text: string, replace: (base: string, below: string) => string) =>
  text.replaceAll(new RegExp(`([A-Za-zα-ω])(${SUBSCRIPT})`, 'g'), (_, base: string, rest: string) =>
    replace(base, rest.replace(/^_\{?|\}$/g, '')),
  )

/** Falls back to the source if Unicode lacks a subscript. */
const toUnicodeSymbol = (base: string, below: string) => {
  const subscript = below === 'theta' ? undefined : toSubscript(below)
  return subscript === undefined
    ? `${base}_${below.length > 1 && !/^\w+$/.test(below) ? `{${below}}` : below}`
    : base + subscript
}

const toLatex = (source: string) =>
  replaceSymbols(source, (base, below) =>
    below === 'theta'
      ? `${base}_\\theta`
      : /^[A-Za-z]{2,}$/.test(below)
        ? `${base}_{\\text{${below}}}`
        : `${base}_{${below}}`,
  ).replaceAll('|', '\\mid ')

/** Replaces the mathematics of a text by Unicode: x_t becomes xₜ. */
export const toUnicodeMath = (text: string): string =>
  text.includes('_') || text.includes('$')
    ? splitMath(text)
        .map((part) => part.text)
        .join('')
    : text
