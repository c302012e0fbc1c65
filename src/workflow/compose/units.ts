// Divides what is directly inside a region into units: a loop or frame with the nodes that only it
// uses and its results, or nodes that are wired together.

/** Index of each part's unit. */
export function findUnits(
  parts: readonly { isRegion: boolean }[],
  wires: readonly { from: number; to: number }[],
): number[] {
  const unit = parts.map(({ isRegion }, i) => (isRegion ? i : -1))
  const sources = parts.map(() => [] as number[])
  const targets = parts.map(() => [] as number[])
  for (const { from, to } of wires) {
    sources[to].push(from)
    targets[from].push(to)
  }
  const rank = new Map(sortRegions(parts, wires).map((region, i) => [region, i]))
  if (rank.size) while (attach(unit, { sources, targets, rank }));
  joinComponents(unit, sources, targets)
  return unit
}

interface Connections {
  readonly sources: readonly (readonly number[])[]
  readonly targets: readonly (readonly number[])[]
  /** Order of the regions. */
  readonly rank: ReadonlyMap<number, number>
}

/** Attaches free parts next to attached ones. Returns true if something changed. */
function attach(unit: number[], { sources, targets, rank }: Connections): boolean {
  const getRank = (u: number) => rank.get(u) ?? -1
  const free = unit.flatMap((u, i) => (u < 0 ? [i] : []))
  const found: [number, number][] = []
  for (const i of free) {
    const before = sources[i].map((from) => unit[from])
    const known = before.filter((u) => u >= 0)
    // Results stand beside the last unit that they read; sources beside the first that reads them.
    if (known.length && !before.includes(-1))
      found.push([i, known.reduce((a, b) => (getRank(b) > getRank(a) ? b : a))])
    else if (!known.length) {
      const readers = targets[i].map((to) => unit[to]).filter((u) => u >= 0)
      if (readers.length)
        found.push([i, readers.reduce((a, b) => (getRank(b) < getRank(a) ? b : a))])
    }
  }
  for (const [i, u] of found) unit[i] = u
  if (found.length) return true
  // A part between an attached and a free one.
  for (const i of free) {
    const neighbour = [...sources[i], ...targets[i]].find((other) => unit[other] >= 0)
    if (neighbour === undefined) continue
    unit[i] = unit[neighbour]
    return true
  }
  return false
}

/** Regions in the order in which they depend on each other. */
function sortRegions(
  parts: readonly { isRegion: boolean }[],
  wires: readonly { from: number; to: number }[],
): number[] {
  const depth = parts.map(() => 0)
  for (let pass = 0, changed = true; changed && pass < parts.length; pass++) {
    changed = false
    for (const { from, to } of wires) {
      const next = depth[from] + (parts[from].isRegion ? 1 : 0)
      if (depth[to] < next) [depth[to], changed] = [next, true]
    }
  }
  return parts
    .flatMap(({ isRegion }, i) => (isRegion ? [i] : []))
    .sort((a, b) => depth[a] - depth[b] || a - b)
}

/** Parts without a region: those that are wired together form a unit. */
function joinComponents(
  unit: number[],
  sources: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
) {
  unit.forEach((known, first) => {
    if (known >= 0) return
    const queue = [first]
    for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
      if (unit[i] >= 0) continue
      unit[i] = first
      queue.push(...sources[i], ...targets[i])
    }
  })
}
