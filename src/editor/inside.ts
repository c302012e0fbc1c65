// What is in the text of a workflow, for lists: where its nodes lie, and the words it can be found by, those of its subgraphs too. Any
// text is taken.
import { MINE } from '../nodes/workflow/blocks.ts'
import { ownTypes } from './declarations.ts'
import { translated } from './texts.ts'

interface Inside {
  boxes: readonly { x: number; y: number; width: number; height: number; category: string }[]
  /** What it is about, titles, types and texts. */
  said: readonly string[]
}

const known = new Map<string, Inside>()
/** So many texts are remembered. */
const MOST = 300

export function insideOf(text: string): Inside {
  let inside = known.get(text)
  if (!inside) {
    inside = look(text)
    if (known.size >= MOST) known.clear()
    known.set(text, inside)
  }
  return inside
}

/** The words a workflow can be found by, also in the language that is on. */
export const wordsInside = (text: string): string =>
  insideOf(text)
    .said.flatMap((each) => [...new Set([each, translated(each)])])
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

const listIn = <T>(value: unknown): T[] =>
  (Array.isArray(value) ? value : []).filter((each) => typeof each === 'object' && each !== null) as T[]

function look(text: string): Inside {
  let file: Raw
  try {
    file = JSON.parse(text) as Raw
  } catch {
    return { boxes: [], said: [] }
  }
  const nodes = listIn<RawNode>(file?.nodes)
  const subgraphs = listIn<Raw & { id?: unknown; name?: unknown }>(file?.definitions?.subgraphs)
  const own = new Set(subgraphs.map(({ id }) => id))
  const boxes = nodes.flatMap(({ type, pos, size }) => {
    const [[x, y], [width, height]] = [pairOf(pos), pairOf(size)]
    const category = own.has(type) ? MINE : (ownTypes.get(String(type))?.category ?? 'tools')
    return [x, y, width, height].every(Number.isFinite) ? [{ x, y, width, height, category }] : []
  })
  const said = [
    file?.extra?.diffusion?.about,
    ...subgraphs.map(({ name }) => name),
    ...[nodes, ...subgraphs.map((each) => listIn<RawNode>(each.nodes))].flat().flatMap(wordsOf),
  ]
  return { boxes, said: said.filter((each) => typeof each === 'string') }
}

const wordsOf = ({ type, title, properties }: RawNode): unknown[] => [
  String(type).replace(/^.*\//, ''),
  title,
  ownTypes.get(String(type))?.title,
  ...Object.values(properties ?? {}),
]

const pairOf = (value: unknown): [number, number] => {
  const [a, b] = Object.values((value ?? {}) as ArrayLike<unknown>)
  return [Number(a), Number(b)]
}
