// Execution order of units, and the units that a training emits.
import { sortTopologically } from '../base/sortTopologically.ts'
import type { LoopPath, Needs, Unit, Units } from './units.ts'

/** Reports a unit that depends on itself. */
type OnCycle = (unit: Unit) => void

/** Sorts the units directly inside a loop topologically; undefined if there is a cycle. */
export function orderUnits(units: Units, path: LoopPath, onCycle: OnCycle): Unit[] | undefined {
  const needs = units.needsIn(path)
  const order = sortUnits(units, needs, onCycle)
  if (!order) return undefined
  // Everything that an emission needs has to run before its training.
  const latest = findLatestTrainings(units, order, needs)
  const snapshots = findSnapshots(units, order, needs).map(
    ({ loop, units: saved }) => [loop, saved] as const,
  )
  for (const [loop, emitted] of [...findEmissions(units, order, needs), ...snapshots]) {
    for (const unit of emitted) {
      for (const needed of needs.get(unit) ?? [])
        if (needed !== loop && latest.get(needed) !== loop) needs.get(loop)?.add(needed)
    }
  }
  return sortUnits(units, needs, onCycle)
}

/**
 * Returns the units that run when each training emits: they depend on its done outputs, lead to an
 * observer, and do not depend on a later training. An emission never contains another training.
 */
export function findEmissions(
  units: Units,
  order: readonly Unit[],
  needs: Needs,
): ReadonlyMap<Unit, Unit[]> {
  const latest = findLatestTrainings(units, order, needs)
  const emissions = new Map<Unit, Unit[]>(order.filter(units.isTraining).map((loop) => [loop, []]))
  const leading = new Set<Unit>()
  for (const unit of order.toReversed()) {
    const loop = latest.get(unit)
    if (loop === undefined || units.isTraining(unit) || units.makesFiles(unit)) continue
    if (units.shows(unit)) leading.add(unit)
    if (!leading.has(unit)) continue
    emissions.get(loop)?.push(unit)
    for (const needed of needs.get(unit) ?? []) if (latest.get(needed) === loop) leading.add(needed)
  }
  for (const emitted of emissions.values()) emitted.reverse()
  return emissions
}

/** A file that is written on snapshots of a training. */
export interface SnapshotUnits {
  loop: Unit
  file: Unit
  every: number
  /** The file and the units from the done outputs to it, in order. */
  units: Unit[]
}

/** Returns the files of done outputs of trainings that are also written during the training. */
export function findSnapshots(units: Units, order: readonly Unit[], needs: Needs): SnapshotUnits[] {
  const latest = findLatestTrainings(units, order, needs)
  return order.flatMap((file) => {
    const [every, loop] = [units.fileInterval(file), latest.get(file)]
    if (!every || loop === undefined) return []
    const saved = new Set<Unit>()
    const stack = [file]
    for (let unit = stack.pop(); unit !== undefined; unit = stack.pop()) {
      if (saved.has(unit) || latest.get(unit) !== loop || units.isTraining(unit)) continue
      saved.add(unit)
      stack.push(...(needs.get(unit) ?? []))
    }
    return [{ loop, file, every, units: order.filter((unit) => saved.has(unit)) }]
  })
}

/** Returns the last training, in this order, that each unit depends on. */
function findLatestTrainings(
  units: Units,
  order: readonly Unit[],
  needs: Needs,
): ReadonlyMap<Unit, Unit> {
  const places = new Map(order.map((unit, i) => [unit, i]))
  const latest = new Map<Unit, Unit>()
  for (const unit of order) {
    let last = -1
    for (const needed of needs.get(unit) ?? []) {
      const training = units.isTraining(needed) ? needed : latest.get(needed)
      if (training !== undefined) last = Math.max(last, places.get(training) ?? -1)
    }
    if (last >= 0) latest.set(unit, order[last])
  }
  return latest
}

/** Sorts topologically, depth first. */
function sortUnits(units: Units, needs: Needs, onCycle: OnCycle): Unit[] | undefined {
  const { order, cycle } = sortTopologically(soonestFirst(units, needs), sourcesIn(needs))
  if (cycle) onCycle(cycle[0])
  return cycle ? undefined : order
}

const sourcesIn = (needs: Needs) => (unit: Unit) => needs.get(unit) ?? []

/**
 * Returns the start order for the sort: first the units that nothing needs, those that depend on
 * the fewest loops first.
 */
function soonestFirst(units: Units, needs: Needs): Unit[] {
  const all = [...needs.keys()]
  const needed = new Set([...needs.values()].flatMap((set) => [...set]))
  const loops = countLoops(units, needs)
  const last = all
    .filter((unit) => !needed.has(unit))
    .sort((a, b) => (loops.get(a) ?? 0) - (loops.get(b) ?? 0))
  return [...last, ...all]
}

/** Counts the loops that each unit is or depends on, with a bit for each loop. */
function countLoops(units: Units, needs: Needs): ReadonlyMap<Unit, number> {
  const loops = new Map([...needs.keys()].filter(units.isLoop).map((loop, i) => [loop, i]))
  if (!loops.size) return new Map()
  const sets = new Map<Unit, Uint32Array>()
  for (const unit of sortTopologically(needs.keys(), sourcesIn(needs)).order) {
    const set = new Uint32Array(Math.ceil(loops.size / 32))
    for (const needed of needs.get(unit) ?? [])
      sets.get(needed)?.forEach((word, i) => (set[i] |= word))
    const own = loops.get(unit)
    if (own !== undefined) set[own >> 5] |= 1 << (own & 31)
    sets.set(unit, set)
  }
  return new Map([...sets].map(([unit, set]) => [unit, countBits(set)]))
}

function countBits(words: Uint32Array): number {
  let count = 0
  for (let word of words) for (; word; count++) word &= word - 1
  return count
}
