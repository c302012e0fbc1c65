// A graph as a list: nodes in the order of their wires, each loop one entry with what runs in it. Ids in, ids out.
import type { Together } from './arrange.ts'

/** A loop with its ends, in the loop around it. */
export interface Loop extends Together {
  start: string
  end: string
  /** Its ends, and all that runs in it, inner loops too. */
  members: readonly string[]
  within?: Loop | undefined
}

export type Entry = { node: string } | { loop: Loop; entries: Entry[] }

/**
 * Each node after what it needs, and as near to it as that allows: what only one node needs stands right before it. Nodes that
 * need nothing of each other keep the order of `ids`. `wires`: from, to; `loops`: outer ones first.
 */
export function outlined(
  ids: readonly string[],
  wires: readonly (readonly [string, string])[],
  loops: readonly Loop[] = [],
): Entry[] {
  const loopOf = new Map<string, Loop>()
  for (const loop of loops) for (const id of loop.members) loopOf.set(id, loop)
  const sources = new Map<string, string[]>()
  for (const [from, to] of wires) sources.set(to, [...(sources.get(to) ?? []), from])

  const entriesOf = (within: Loop | undefined): Entry[] => {
    const entries: Entry[] = []
    const seen = new Set<string | Loop>()
    const visit = (id: string) => {
      const one = standingIn(id, within, loopOf)
      if (one === undefined || seen.has(one)) return
      seen.add(one)
      for (const member of typeof one === 'string' ? [one] : one.members) sources.get(member)?.forEach(visit)
      entries.push(typeof one === 'string' ? { node: one } : { loop: one, entries: entriesOf(one) })
    }
    if (within) visit(within.start)
    for (const id of ids) if (id !== within?.end) visit(id)
    if (within) visit(within.end)
    return entries
  }
  return entriesOf(undefined)
}

/** What a node is among the entries of a loop: itself, the inner loop it runs in, or nothing if it runs elsewhere. */
function standingIn(id: string, within: Loop | undefined, loopOf: ReadonlyMap<string, Loop>): string | Loop | undefined {
  let loop = loopOf.get(id)
  if (loop === within) return id
  while (loop && loop.within !== within) loop = loop.within
  return loop
}

/** The nodes of a list, from top to bottom. */
export const nodesIn = (entries: readonly Entry[]): string[] =>
  entries.flatMap((entry) => ('node' in entry ? [entry.node] : nodesIn(entry.entries)))

/** Titles by ids, numbered where several nodes have the same one. */
export function namesOf(nodes: readonly { id: string; title: string }[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>()
  for (const { title } of nodes) counts.set(title, (counts.get(title) ?? 0) + 1)
  const numbers = new Map<string, number>()
  return new Map(
    nodes.map(({ id, title }) => {
      const number = (numbers.get(title) ?? 0) + 1
      numbers.set(title, number)
      return [id, counts.get(title)! > 1 ? `${title} (${number})` : title]
    }),
  )
}

type Box = readonly [left: number, top: number, right: number, bottom: number]

/** The place at `at`, or below it, where a node of this size touches none of the boxes. */
export function freeBelow([x, y]: readonly [number, number], [width, height]: readonly [number, number], boxes: readonly Box[]) {
  const gap = 34
  const inTheWay = ([left, top, right, bottom]: Box) =>
    left < x + width + gap && right + gap > x && top < y + height + gap && bottom + gap > y
  for (let box = boxes.find(inTheWay); box; box = boxes.find(inTheWay)) y = box[3] + gap
  return [x, y] as [number, number]
}
