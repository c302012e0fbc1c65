// Summaries of workflow texts for lists: boxes for thumbnails, and words for the search. Accepts
// any text.
import { SUBGRAPH_CATEGORY } from '../../workflow/subgraphDeclarations.ts'
import { ownTypes } from './declarations.ts'
import { translateTitle, translateWorkflow } from '../texts/texts.ts'

interface WorkflowSummary {
  boxes: readonly { x: number; y: number; width: number; height: number; category: string }[]
  /** Description, titles, types and values, also of subgraphs. */
  words: readonly string[]
}

const summaries = new Map<string, WorkflowSummary>()
/** Size of the cache. */
const MOST = 300

export function summarizeWorkflow(text: string): WorkflowSummary {
  let inside = summaries.get(text)
  if (!inside) {
    inside = parseSummary(text)
    if (summaries.size >= MOST) summaries.clear()
    summaries.set(text, inside)
  }
  return inside
}

/** Text to search a workflow in, in English and in the user's language. */
export const getSearchText = (text: string): string =>
  summarizeWorkflow(text)
    .words.flatMap((each) => [...new Set([each, translateWorkflow(each), translateTitle(each)])])
    .join(' ')

interface Raw {
  nodes?: unknown
  definitions?: { subgraphs?: unknown }
  extra?: { diffusion?: { about?: unknown } }
}

interface RawNode {
  type?: unknown
  title?: unknown
  pos?: unknown
  size?: unknown
  properties?: unknown
}

const toObjects = <T>(value: unknown): T[] =>
  (Array.isArray(value) ? value : []).filter(
    (each) => typeof each === 'object' && each !== null,
  ) as T[]

function parseSummary(text: string): WorkflowSummary {
  let file: Raw
  try {
    file = JSON.parse(text) as Raw
  } catch {
    return { boxes: [], words: [] }
  }
  const nodes = toObjects<RawNode>(file?.nodes)
  const subgraphs = toObjects<Raw & { id?: unknown; name?: unknown }>(file?.definitions?.subgraphs)
  const own = new Set(subgraphs.map(({ id }) => id))
  const boxes = nodes.flatMap(({ type, pos, size }) => {
    const [[x, y], [width, height]] = [toPair(pos), toPair(size)]
    const category = own.has(type)
      ? SUBGRAPH_CATEGORY
      : (ownTypes.get(String(type))?.category ?? 'tools')
    return [x, y, width, height].every(Number.isFinite) ? [{ x, y, width, height, category }] : []
  })
  const details = [
    file?.extra?.diffusion?.about,
    ...subgraphs.map(({ name }) => name),
    ...[nodes, ...subgraphs.map((each) => toObjects<RawNode>(each.nodes))]
      .flat()
      .flatMap(getNodeWords),
  ]
  return { boxes, words: details.filter((each) => typeof each === 'string') }
}

const getNodeWords = ({ type, title, properties }: RawNode): unknown[] => [
  String(type).replace(/^.*\//, ''),
  title,
  ownTypes.get(String(type))?.title,
  ...Object.values(properties ?? {}),
]

const toPair = (value: unknown): [number, number] => {
  const [a, b] = Object.values((value ?? {}) as ArrayLike<unknown>)
  return [Number(a), Number(b)]
}
