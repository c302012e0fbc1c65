// Topological sort without recursion: a chain may have thousands of nodes.

/**
 * Sorts depth first, so that each item follows its sources. At the first cycle it stops, with the
 * items in `cycle`, each a source of the previous one; or it cuts each cycle somewhere.
 * @param roots items in the order in which the search starts; their sources are sorted as well
 */
export function sortTopologically<T>(
  roots: Iterable<T>,
  sources: (item: T) => Iterable<T>,
  atCycle: 'stop' | 'cut' = 'stop',
): { order: T[]; cycle?: T[] } {
  const order: T[] = []
  const done = new Set<T>()
  const open = new Set<T>()
  const path: { item: T; rest: Iterator<T> }[] = []
  const enter = (item: T) => {
    open.add(item)
    path.push({ item, rest: sources(item)[Symbol.iterator]() })
  }
  for (const root of roots) {
    if (!done.has(root)) enter(root)
    for (let step = path.at(-1); step; step = path.at(-1)) {
      const next = step.rest.next()
      if (next.done) {
        path.pop()
        open.delete(step.item)
        done.add(step.item)
        order.push(step.item)
      } else if (open.has(next.value)) {
        if (atCycle === 'cut') continue
        const items = path.map(({ item }) => item)
        return { order, cycle: items.slice(items.indexOf(next.value)) }
      } else if (!done.has(next.value)) enter(next.value)
    }
  }
  return { order }
}
