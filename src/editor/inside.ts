// What is in the text of a workflow, for lists: where its nodes lie, and the words it can be found by. Any text is taken.
import { byType } from './declarations.ts'
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

function look(text: string): Inside {
  let file: { nodes?: unknown; extra?: { diffusion?: { about?: unknown } } }
  try {
    file = JSON.parse(text) as typeof file
  } catch {
    return { boxes: [], said: [] }
  }
  const nodes = (Array.isArray(file?.nodes) ? file.nodes : []) as {
    type?: unknown
    title?: unknown
    pos?: unknown
    size?: unknown
    properties?: unknown
  }[]
  const said: unknown[] = [file?.extra?.diffusion?.about]
  const boxes: Inside['boxes'][number][] = []
  for (const { type, title, pos, size, properties } of nodes.filter((node) => typeof node === 'object' && node !== null)) {
    const declaration = byType.get(String(type))
    said.push(String(type).replace(/^.*\//, ''), title, declaration?.title, ...Object.values(properties ?? {}))
    const [[x, y], [width, height]] = [pairOf(pos), pairOf(size)]
    if ([x, y, width, height].every(Number.isFinite))
      boxes.push({ x, y, width, height, category: declaration?.category ?? 'tools' })
  }
  return { boxes, said: said.filter((each) => typeof each === 'string') }
}

const pairOf = (value: unknown): [number, number] => {
  const [a, b] = Object.values((value ?? {}) as ArrayLike<unknown>)
  return [Number(a), Number(b)]
}
