// Outline of a graph: nodes in the order of their wires, and loops as nested entries, by ids.
import { sortTopologically } from '../../engine/base/sortTopologically.ts'

/** A loop with its Start, its End, and the loop around it. */
export interface Loop {
  start: string
  end: string
  /** Its Start, its End and its body, inner loops included. */
  members: readonly string[]
  within?: Loop | undefined
}

export type Entry = { node: string } | { loop: Loop; entries: Entry[] }

/**
 * Sorts nodes topologically. A source comes directly before the first node that needs it.
 * Independent nodes keep the order of `ids`.
 * @param wires pairs of source and target
 * @param loops outer loops first
 */
export function buildOutline(
  ids: readonly string[],
  wires: readonly (readonly [string, string])[],
  loops: readonly Loop[] = [],
): Entry[] {
  const loopOf = new Map<string, Loop>()
  for (const loop of loops) for (const id of loop.members) loopOf.set(id, loop)
  const idsByLoop = new Map<Loop | undefined, string[]>([[undefined, [...ids]]])
  for (const loop of loops) idsByLoop.set(loop, [])
  for (const id of ids)
    for (let loop = loopOf.get(id); loop; loop = loop.within) idsByLoop.get(loop)?.push(id)
  const sources = new Map<string, string[]>()
  for (const [from, to] of wires) {
    const others = sources.get(to)
    if (others) others.push(from)
    else sources.set(to, [from])
  }

  const buildEntries = (within: Loop | undefined): Entry[] => {
    const findEntries = (all: readonly string[]) =>
      all.flatMap((id) => findEntry(id, within, loopOf) ?? [])
    const findSources = (one: string | Loop) =>
      findEntries(
        (typeof one === 'string' ? [one] : one.members).flatMap((id) => sources.get(id) ?? []),
      )
    const inside = idsByLoop.get(within) ?? []
    const roots = within
      ? [within.start, ...inside.filter((id) => id !== within.end), within.end]
      : inside
    return sortTopologically(findEntries(roots), findSources, 'cut').order.map((one) =>
      typeof one === 'string' ? { node: one } : { loop: one, entries: buildEntries(one) },
    )
  }
  return buildEntries(undefined)
}

/** Entry of a node in a loop: its own, or that of an inner loop. Undefined if it runs elsewhere. */
function findEntry(
  id: string,
  within: Loop | undefined,
  loopByNode: ReadonlyMap<string, Loop>,
): string | Loop | undefined {
  let loop = loopByNode.get(id)
  if (loop === within) return id
  while (loop && loop.within !== within) loop = loop.within
  return loop
}

/** All nodes of an outline, from top to bottom. */
export const flattenEntries = (entries: readonly Entry[]): string[] =>
  entries.flatMap((entry) => ('node' in entry ? [entry.node] : flattenEntries(entry.entries)))

/** Titles by id. Equal titles are numbered. */
export function numberTitles(
  nodes: readonly { id: string; title: string }[],
): ReadonlyMap<string, string> {
  const counts = new Map<string, number>()
  for (const { title } of nodes) counts.set(title, (counts.get(title) ?? 0) + 1)
  const numbers = new Map<string, number>()
  return new Map(
    nodes.map(({ id, title }) => {
      const number = (numbers.get(title) ?? 0) + 1
      numbers.set(title, number)
      return [id, (counts.get(title) ?? 0) > 1 ? `${title} (${number})` : title]
    }),
  )
}

type Box = readonly [left: number, top: number, right: number, bottom: number]

/** The first position at or below a point where a node of this size overlaps no box. */
export function findFreePosition(
  [x, y]: readonly [number, number],
  [width, height]: readonly [number, number],
  boxes: readonly Box[],
) {
  const gap = 34
  const inTheWay = ([left, top, right, bottom]: Box) =>
    left < x + width + gap && right + gap > x && top < y + height + gap && bottom + gap > y
  for (let box = boxes.find(inTheWay); box; box = boxes.find(inTheWay)) y = box[3] + gap
  return [x, y] as [number, number]
}
