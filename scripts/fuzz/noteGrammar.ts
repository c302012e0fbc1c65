// Texts of files by a grammar: notes in Markdown, formulas and labels that take readers and layouts
// as long as possible.
import type { Rng } from './random.ts'

export const textKinds = ['note', 'formula', 'label'] as const
export type TextKind = (typeof textKinds)[number]

export interface GeneratedText {
  kind: TextKind
  text: string
}

const generators: { [K in TextKind]: (rng: Rng) => string } = {
  note: generateNote,
  formula: generateFormula,
  label: generateLabel,
}

export function generateText(rng: Rng): GeneratedText {
  const kind = rng.pick(textKinds)
  return { kind, text: generators[kind](rng) }
}

export const encodeText = ({ kind, text }: GeneratedText): Uint8Array =>
  new TextEncoder().encode(`${kind}\n${text}`)

export function decodeText(bytes: Uint8Array): GeneratedText {
  const all = new TextDecoder().decode(bytes)
  const end = all.indexOf('\n')
  const kind = textKinds.find((each) => each === all.slice(0, end)) ?? 'note'
  return { kind, text: all.slice(end + 1) }
}

/** Lengths: mostly short, some at the bounds, a few far beyond. */
const length = (rng: Rng) =>
  rng.pick([1, 3, 30, 200, 250, 600, 1500, 3000]) * (rng.chance(0.1) ? 30 : 1)

const repeat = (text: string, most: number) =>
  text.repeat(Math.max(1, Math.min(most, Math.floor(400_000 / Math.max(1, text.length)))))

// ---- notes

const marks = [
  '$a',
  '$',
  '$$',
  '`',
  '`a',
  '[',
  '](',
  '[a](',
  '![',
  '*a',
  '**a',
  '*a_',
  '_a ',
  '~~a',
]
const lines = [
  '# ',
  '###### ',
  '> ',
  '- ',
  '1. ',
  '* ',
  '\t',
  '  ',
  '```\n',
  '---\n',
  '|',
  '<b>',
  '\\',
]
const words = [
  'a',
  'word ',
  'x_t ',
  'q(x_t | x_0) ',
  'ᾱ',
  '\u0301',
  '\u200b',
  '😀',
  '\n',
  '\n\n',
  ' ',
]
const wholes = ['$x_t$ ', '**b** ', '*i* ', '`c` ', '[l](https://a.b) ', '$$\\sum_i x_i$$\n']

const unit = (rng: Rng): string =>
  Array.from({ length: rng.count(5) }, () =>
    rng.pick(rng.pick([marks, marks, lines, words, wholes])),
  ).join('')

function generateNote(rng: Rng): string {
  const parts = Array.from({ length: rng.count(4) }, () => notePart(rng))
  return parts.join(rng.pick(['', '\n', '\n\n']))
}

function notePart(rng: Rng): string {
  const most = length(rng)
  switch (rng.below(7)) {
    case 0:
      return nestedLines(rng, Math.min(most, 300))
    case 1:
      return table(rng, most)
    case 2:
      return `# ${repeat(rng.pick(['#', ' ', '# ', unit(rng)]), most)}x`
    case 3:
      return `${rng.pick(['$', '$$'])}${generateFormula(rng)}${rng.pick(['$', '$$'])}`
    case 4:
      return repeat(`$${formulaUnit(rng)}$ `, Math.min(most, 2000))
    default:
      return repeat(unit(rng), most)
  }
}

/** Lists and quotes in each other, in one line or by indentation. */
function nestedLines(rng: Rng, levels: number): string {
  const mark = () => rng.pick(['- ', '> ', '1. ', '* ', '>'])
  if (rng.chance(0.5)) return `${Array.from({ length: levels }, mark).join('')}x`
  const wide = 1 + rng.below(4)
  return Array.from({ length: levels }, (_, i) => `${' '.repeat(i * wide)}${mark()}x`).join('\n')
}

function table(rng: Rng, cells: number): string {
  const columns = 1 + rng.below(Math.min(cells, rng.pick([4, 40, 2000])))
  const row = (cell: string) => `|${`${cell}|`.repeat(columns)}`
  const rows = Math.min(2000, Math.max(1, Math.floor(cells / columns)))
  return [row(unit(rng).replaceAll('\n', ' ')), row('-'), ...Array(rows).fill(row('b'))].join('\n')
}

// ---- formulas

/** What encloses a formula, in each other. */
const enclosing: readonly (readonly [string, string])[] = [
  ['\\sqrt{', '}'],
  ['\\frac{1}{', '}'],
  ['\\frac{', '}{y}'],
  ['{', '}'],
  ['x^{', '}'],
  ['x_{', '}'],
  ['\\hat{', '}'],
  ['\\overbrace{', '}^{y}'],
  ['\\left(', '\\right)'],
  ['\\begin{matrix}', '\\end{matrix}'],
  ['\\begin{cases}', '\\end{cases}'],
  ['\\text{a $', '$}'],
  ['\\raisebox{20em}{$', '$}'],
  ['\\smash{', '}'],
  ['\\llap{', '}'],
  ['\\overset{a}{', '}'],
  ['\\xrightarrow{', '}'],
  ['\\boxed{', '}'],
  ['\\sqrt[', ']{x}'],
  ['\\htmlClass{dialog}{', '}'],
  ['\\htmlClass{live}{', '}'],
  ['\\textcolor{red}{', '}'],
]

const pieces = [
  'x', '+', "'", '\\alpha ', '\\displaystyle ', '\\Huge ', '\\color{red} ', '\\\\', '&', '\\hline ',
  '\\rule{20em}{20em}', '\\rule[-999em]{1em}{1em}', '\\kern20em ', '\\kern-99em ', '\\hspace{-20em}',
  '\\!', '\\smash{\\raisebox{2em}{\\rule{20em}{1em}}}', '\\smash{\\raisebox{-3em}{\\rule{20em}{2em}}}',
  '\\llap{\\rule{20em}{2em}}', '\\smash{\\rule{20em}{5em}}', '\\Bigg(', '\\KaTeX ', '\\not= ', '\\quad ', '\\qquad ', '%', '#', '\\def\\a{x}', '\\a ',
  '\\widehat{xyz}', '\\cancel{x}', '\\dots ', '\\href{https://a.b}{x}', '\\url{https://a.b}',
  '\\includegraphics{a.png}', '\\htmlStyle{position:fixed}{x}', '\\tag{1}', '\\verb|x|', '}', '{',
] // prettier-ignore

const formulaUnit = (rng: Rng): string =>
  Array.from({ length: rng.count(4) }, () => rng.pick(pieces)).join('')

function generateFormula(rng: Rng): string {
  switch (rng.below(4)) {
    case 0: {
      const [columns, rows] = [1 + rng.below(60), Math.min(300, length(rng))]
      const row = `${'a&'.repeat(columns)}b\\\\`
      const name = rng.pick(['matrix', 'pmatrix', 'cases', 'aligned', 'array'])
      const body = `${name === 'array' ? `{${'c|'.repeat(columns)}}` : ''}${repeat(row, rows)}`
      return `\\begin{${name}}${body}\\end{${name}}`
    }
    case 1:
      return macros(rng)
    case 2:
      return repeat(formulaUnit(rng), length(rng))
    default:
      return nestedFormula(rng, rng.pick([2, 10, 29, 31, 120, 250, 600]))
  }
}

function nestedFormula(rng: Rng, levels: number): string {
  const kinds = Array.from({ length: rng.count(4) }, () => rng.pick(enclosing))
  const chosen = Array.from({ length: levels }, (_, i) => kinds[i % kinds.length])
  const open = chosen.map(([text]) => text).join('')
  const close = chosen
    .map(([, text]) => text)
    .reverse()
    .join('')
  return `${open}${formulaUnit(rng)}${close}`
}

/** Commands that double their argument. */
function macros(rng: Rng): string {
  const names = [...'abcdefghijklmnopqrstu'].slice(0, 2 + rng.below(19))
  const define = rng.pick(['\\def', '\\gdef', '\\xdef'])
  const body = (next: string) => (next ? `\\${next}{#1#1}` : '#1')
  return `${names.map((name, i) => `${define}\\${name}#1{${body(names[i + 1])}}`).join('')}\\a{x}`
}

// ---- titles, labels, comments

function generateLabel(rng: Rng): string {
  return repeat(unit(rng), rng.pick([5, 500, 8_000, 400_000]))
}
