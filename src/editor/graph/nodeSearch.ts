// Node search: ranks declarations by a query and by the loose end of a wire.
import {
  chosenType,
  chosenTypes,
  type Accepts,
  type Declaration,
  type OutputType,
} from '../../engine/plan/op.ts'
import { matchText, matchWithin, matchWords, splitSearch, type Match } from './textMatch.ts'
import { countNodes, countWires, type TypedSlot, type Usage } from './usage.ts'

/**
 * The loose end of a wire: the type of its output, or the types that its input accepts. `of` is the
 * slot where the wire begins.
 */
export type LooseEnd = ({ from: 'output'; type: string } | { from: 'input'; accepts: Accepts }) & {
  of?: TypedSlot
}

export interface FoundNode {
  declaration: Declaration
  /** Indices of the matched characters of the title, for highlighting. */
  matched: ReadonlySet<number>
  /** The other name that the query matches better than the title. */
  alias?: string
  /** Slot for the loose end. */
  slot?: string
  /** Number of ready workflows' wires like this one, or of their nodes if there is no loose end. */
  usual: number
}

export interface Search {
  query: string
  /** Recently used types, newest first. They rank higher. */
  recent?: readonly string[]
  looseEnd?: LooseEnd
  /** Additional text to search in, in another language. Scores like the summary. */
  also?: (declaration: Declaration) => string
  /** Other names of a node; those of its declaration by default. */
  aliasesOf?: (declaration: Declaration) => readonly string[]
  /** Ranks nodes and wires of the ready workflows higher. */
  usage?: Usage
}

/**
 * Returns the matching declarations, best first. An empty query returns all: recent ones first, then
 * those that ready workflows use or wire most, then by category.
 */
export function findNodes(declarations: readonly Declaration[], search: Search): FoundNode[] {
  const words = splitSearch(search.query)
  return declarations
    .map((declaration) => scoreNode(declaration, words, search))
    .filter((found) => found !== undefined)
    .sort((a, b) => b.score - a.score || compareCategories(a.declaration, b.declaration))
}

function scoreNode(
  declaration: Declaration,
  words: readonly string[],
  { recent = [], looseEnd, also, aliasesOf = getAliases, usage }: Search,
) {
  const slot = looseEnd && findUsualSlot(declaration, looseEnd, usage)
  if (looseEnd && !slot) return undefined
  const beside = also?.(declaration) ?? ''
  const match = matchWords(
    words,
    words.length ? aliasesOf(declaration) : [],
    (word) => matchWord(declaration, word) ?? matchWithin(beside, word),
  )
  if (!match) return undefined
  let { score } = match
  if (words.length && words.join(' ') === declaration.title.toLowerCase()) score += FULL_TITLE
  const place = recent.indexOf(declaration.type)
  if (place >= 0) score += 5 - Math.min(4, place)
  // A new loop begins with its Start node, which adds the End.
  if (declaration.role === 'end') score -= 3
  if (slot && looseEnd.from === 'output' && !declaration.inputs[slot]?.optional) score += 2
  const nodes = usage ? countNodes(usage, declaration.type) : 0
  const wires = usage && slot && looseEnd ? countUsualWires(declaration, slot, looseEnd, usage) : 0
  score += MOST_WIRED * logShare(wires, MANY_WIRES) + MOST_USED * logShare(nodes, MANY_NODES)
  return {
    declaration,
    ...match,
    score,
    usual: looseEnd ? wires : nodes,
    ...(slot && { slot }),
  }
}

/** Score of a query that is the title, so that other nodes that begin with it come after it. */
const FULL_TITLE = 40
/** Score of a wire that all ready workflows make, and of the node that they use most. */
const [MOST_WIRED, MOST_USED] = [24, 6]
/** Counts from which on the score does not grow. */
const [MANY_WIRES, MANY_NODES] = [60, 130]

/**
 * Share of a count in `many`. Grows with the logarithm, so that a node that is used three times
 * stands out from one that is never used.
 */
const logShare = (count: number, many: number) =>
  Math.min(1, Math.log(1 + count) / Math.log(1 + many))

/** Number of wires of the ready workflows between the loose end and a slot of a node. */
function countUsualWires(
  { type }: Declaration,
  slot: string,
  { of, from }: LooseEnd,
  usage: Usage,
): number {
  if (!of) return 0
  const other = { type, slot }
  return from === 'output' ? countWires(usage, of, other) : countWires(usage, other, of)
}

/** Scores one word: by the title, then by type, category, choices and summary. */
function matchWord(declaration: Declaration, word: string): Match | undefined {
  const inTitle = matchText(declaration.title, word)
  const name = declaration.type.replace(/^.*\//, '').toLowerCase()
  if (inTitle && (inTitle.score > 55 || !name.includes(word))) return inTitle
  if (name.includes(word)) return inTitle?.score === 55 ? inTitle : { score: 55, places: [] }
  if (declaration.category.startsWith(word)) return { score: 25, places: [] }
  if (getChoices(declaration).some((choice) => choice.toLowerCase().includes(word)))
    return { score: 20, places: [] }
  return matchWithin(declaration.summary, word)
}

const getAliases = ({ aliases = [] }: Declaration): readonly string[] => aliases

const getChoices = ({ params }: Declaration) =>
  Object.values(params).flatMap((param) => (param.kind === 'choice' ? param.choices : []))

/** Categories in the order of the menu, which follows the design of a graph. */
export const categories = [
  'data',
  'process',
  'model',
  'layers',
  'training',
  'sampling',
  'steps',
  'loops',
  'evaluate',
  'view',
  'files',
  'tools',
]

const getCategoryRank = (category: string) =>
  categories.includes(category) ? categories.indexOf(category) : categories.length

const compareCategories = (a: Declaration, b: Declaration) =>
  getCategoryRank(a.category) - getCategoryRank(b.category) ||
  a.category.localeCompare(b.category) ||
  a.title.localeCompare(b.title) ||
  a.type.localeCompare(b.type)

/**
 * The slot for a loose end: the one that ready workflows wire most, or else that of
 * {@link findFittingSlot}.
 */
export function findUsualSlot(
  declaration: Declaration,
  end: LooseEnd,
  usage: Usage | undefined,
): string | undefined {
  const usual = findFittingSlot(declaration, end)
  if (usual === undefined || !usage || !end.of) return usual
  const candidates = end.from === 'output' ? fittingInputs(declaration, end.type) : []
  const names = candidates.map(([name, { many }]) => (many ? `${name}_1` : name))
  const count = (name: string) => countUsualWires(declaration, name, end, usage)
  return names.reduce((best, name) => (count(name) > count(best) ? name : best), usual)
}

const fittingInputs = ({ inputs }: Declaration, type: string) =>
  Object.entries(inputs).filter(
    ([name, { accepts, further }]) => name !== 'loop' && !further && acceptsType(accepts, type),
  )

/**
 * The slot for a loose end. Required inputs have priority over optional ones.
 * @param values params of the node; undefined for a new node, whose output types can be chosen
 */
export function findFittingSlot(
  declaration: Declaration,
  end: LooseEnd,
  values?: Readonly<Record<string, unknown>>,
): string | undefined {
  if (end.from === 'output') {
    const fitting = fittingInputs(declaration, end.type)
    const best =
      fitting.find(
        ([, { accepts, optional }]) => !optional && accepts !== 'any' && accepts[0] === end.type,
      ) ??
      fitting.find(([, { optional }]) => !optional) ??
      fitting[0]
    return best && (best[1].many ? `${best[0]}_1` : best[0])
  }
  return Object.entries(declaration.outputs).find(
    ([name, { type, many, further }]) =>
      name !== 'loop' &&
      !many &&
      !further &&
      possibleTypes(declaration, type, values).some((each) => acceptsType(end.accepts, each)),
  )?.[0]
}

/** The types that an output has, or can have on a new node. */
function possibleTypes(
  declaration: Declaration,
  type: OutputType,
  values: Readonly<Record<string, unknown>> | undefined,
): readonly string[] {
  const current = chosenType(declaration, type, values ?? {})
  if (typeof current === 'string') return [current]
  return values ? [] : chosenTypes(declaration, current)
}

/** The param of a new node, and its value, with which an output fits an input. */
export function chooseOutputType(
  declaration: Declaration,
  output: string,
  accepts: Accepts,
): { param: string; value: string } | undefined {
  const type = declaration.outputs[output]?.type
  if (accepts === 'any' || typeof type !== 'object' || type.param === undefined) return undefined
  const value = chosenTypes(declaration, type).find((each) => acceptsType(accepts, each))
  return value && { param: type.param, value }
}

/**
 * Whether an input accepts a type. The type of a subgraph input may be a list, as litegraph writes
 * it; one match is enough.
 */
export const acceptsType = (accepts: Accepts, type: string) =>
  accepts === 'any' ||
  type === '*' ||
  type.split(',').some((each) => (accepts as readonly string[]).includes(each))
