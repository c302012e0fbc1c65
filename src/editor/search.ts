// Finding a node: which declarations match what was typed and what is being wired, best first.
import type { Accepts, Declaration } from '../engine/plan/op.ts'

/** The loose end of a wire: what it carries, or what it would take. */
export type LooseEnd = { from: 'output'; type: string } | { from: 'input'; accepts: Accepts }

export interface Found {
  declaration: Declaration
  /** Characters of the title that were matched, for highlighting. */
  matched: ReadonlySet<number>
  /** The slot the loose end would go to. */
  slot?: string
}

export interface Search {
  query: string
  /** Types used lately, newest first; they come first among equals. */
  recent?: readonly string[]
  looseEnd?: LooseEnd
  /** More that a node is found by, in another language: as good as a word of its summary. */
  also?: (declaration: Declaration) => string
}

/** The declarations that fit, best first; with an empty query all of them, recent ones first, then by category. */
export function findNodes(declarations: readonly Declaration[], search: Search): Found[] {
  const words = wordsIn(search.query)
  return declarations
    .map((declaration) => judge(declaration, words, search))
    .filter((found) => found !== undefined)
    .sort((a, b) => b.score - a.score || byCategory(a.declaration, b.declaration))
}

function judge(declaration: Declaration, words: readonly string[], { recent = [], looseEnd, also }: Search) {
  const slot = looseEnd && slotFor(declaration, looseEnd)
  if (looseEnd && !slot) return undefined
  const matched = new Set<number>()
  let score = 0
  for (const word of words) {
    const match = scoreOf(declaration, word) ?? inSummary(also?.(declaration), word)
    if (!match) return undefined
    score += match.score
    match.places.forEach((place) => matched.add(place))
  }
  const place = recent.indexOf(declaration.type)
  if (place >= 0) score += 5 - Math.min(4, place)
  // An End comes with its Start, which is where a loop begins.
  if (declaration.role === 'end') score -= 3
  if (slot && looseEnd.from === 'output' && !declaration.inputs[slot]?.optional) score += 2
  return { declaration, matched: matched as ReadonlySet<number>, score, ...(slot && { slot }) }
}

interface Match {
  score: number
  places: number[]
}

/** How well one word fits: the title, then choices and the other texts. */
function scoreOf(declaration: Declaration, word: string): Match | undefined {
  const inTitle = inText(declaration.title, word)
  const name = declaration.type.replace(/^.*\//, '').toLowerCase()
  if (inTitle && (inTitle.score > 55 || !name.includes(word))) return inTitle
  if (name.includes(word)) return inTitle?.score === 55 ? inTitle : { score: 55, places: [] }
  if (declaration.category.startsWith(word)) return { score: 25, places: [] }
  if (choicesOf(declaration).some((choice) => choice.toLowerCase().includes(word))) return { score: 20, places: [] }
  return inSummary(declaration.summary, word)
}

const inSummary = (text: string | undefined, word: string): Match | undefined =>
  text?.toLowerCase().includes(word) ? { score: 15, places: [] } : undefined

/** Start of the text, start of a word of it, initials, anywhere, letters in order. */
function inText(text: string, word: string): Match | undefined {
  const title = text.toLowerCase()
  const at = title.indexOf(word)
  if (at === 0) return { score: 100 - title.length * 0.1, places: span(0, word.length) }
  if (at > 0 && title[at - 1] === ' ') return { score: 80, places: span(at, word.length) }
  const initials = initialsOf(text)
  const start = initials.letters.indexOf(word)
  if (start >= 0 && word.length > 1) return { score: 70, places: initials.places.slice(start, start + word.length) }
  if (at > 0) return { score: 55, places: span(at, word.length) }
  const letters = lettersInOrder(title, word)
  return letters && { score: 40 - spread(letters), places: letters }
}

/** How well all words fit a title, or else what is said beside it. */
export function matchOf(
  title: string,
  words: readonly string[],
  beside = '',
): { score: number; matched: ReadonlySet<number> } | undefined {
  const matched = new Set<number>()
  let score = 0
  for (const word of words) {
    const match = inText(title, word) ?? (beside.toLowerCase().includes(word) ? { score: 15, places: [] } : undefined)
    if (!match) return undefined
    score += match.score
    match.places.forEach((place) => matched.add(place))
  }
  return { score, matched }
}

export const wordsIn = (query: string): string[] => query.toLowerCase().split(/\s+/).filter(Boolean)

const choicesOf = ({ params }: Declaration) =>
  Object.values(params).flatMap((param) => (param.kind === 'choice' ? param.choices : []))

const span = (from: number, length: number) => Array.from({ length }, (_, i) => from + i)

function initialsOf(title: string) {
  const places = [...title].flatMap((letter, i) => (i === 0 || title[i - 1] === ' ' || /[A-Z0-9]/.test(letter) ? [i] : []))
  return { letters: places.map((place) => title[place]!.toLowerCase()).join(''), places }
}

function lettersInOrder(title: string, word: string): number[] | undefined {
  const places: number[] = []
  for (const letter of word) {
    const place = title.indexOf(letter, (places.at(-1) ?? -1) + 1)
    if (place < 0) return undefined
    places.push(place)
  }
  // Letters strewn over the whole title are chance, not intent.
  return spread(places) <= word.length * 2 ? places : undefined
}

const spread = (places: readonly number[]) => places.at(-1)! - places[0]! + 1 - places.length

/** The order in which a graph is thought out, and the menu reads. */
export const categories = [
  'data',
  'process',
  'model',
  'training',
  'sampling',
  'steps',
  'loops',
  'evaluate',
  'view',
  'files',
  'tools',
]

const rankOf = (category: string) => (categories.includes(category) ? categories.indexOf(category) : categories.length)

const byCategory = (a: Declaration, b: Declaration) =>
  rankOf(a.category) - rankOf(b.category) || a.category.localeCompare(b.category) || a.title.localeCompare(b.title)

/** The slot of a node that a loose end would be wired to: one that is needed rather than one that may stay unwired. */
export function slotFor(declaration: Declaration, end: LooseEnd): string | undefined {
  if (end.from === 'output') {
    const fitting = Object.entries(declaration.inputs).filter(
      ([name, { accepts }]) => name !== 'loop' && takes(accepts, end.type),
    )
    const best =
      fitting.find(([, { accepts, optional }]) => !optional && accepts !== 'any' && accepts[0] === end.type) ??
      fitting.find(([, { optional }]) => !optional) ??
      fitting[0]
    return best && (best[1].many ? `${best[0]}_1` : best[0])
  }
  return Object.entries(declaration.outputs).find(
    ([name, { type, many }]) => name !== 'loop' && !many && typeof type === 'string' && takes(end.accepts, type),
  )?.[0]
}

/** What comes into a subgraph may be of several types, as litegraph writes them: one of them is enough, as it is for a wire. */
export const takes = (accepts: Accepts, type: string) =>
  accepts === 'any' || type === '*' || type.split(',').some((each) => (accepts as readonly string[]).includes(each))
