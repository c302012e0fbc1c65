// Execution order of units, and the units that a training emits.
import type { LoopPath, Needs, Unit, Units } from './units.ts'

/** Reports a unit that depends on itself. */
type OnCycle = (unit: Unit) => void

/** Sorts the units directly inside a loop topologically; undefined if there is a cycle. */
export function orderUnits(units: Units, path: LoopPath, onCycle: OnCycle): Unit[] | undefined {
  const needs = units.needsIn(path)
  const order = sortUnits(units, needs, onCycle)
  if (!order) return undefined
  // Everything that an emission needs has to run before its training.
  for (const loop of order) {
    for (const unit of emittedUnits(units, loop, order, needs)) {
      for (const needed of needs.get(unit) ?? [])
        if (needed !== loop && !dependsOn(needed, loop, needs)) needs.get(loop)?.add(needed)
    }
  }
  return sortUnits(units, needs, onCycle)
}

/**
 * Returns the units that run when `loop` emits: they depend on its done outputs, lead to an
 * observer, and do not depend on a later training. An emission never contains another training.
 */
export function emittedUnits(
  units: Units,
  loop: Unit,
  order: readonly Unit[],
  needs: Needs,
): Unit[] {
  if (!units.isTraining(loop)) return []
  const later = order.slice(order.indexOf(loop) + 1)
  const trainings = new Set(later.filter(units.isTraining))
  const possible = later.filter(
    (unit) =>
      dependsOn(unit, loop, needs) &&
      !units.makesFiles(unit) &&
      !trainings.has(unit) &&
      ![...trainings].some((training) => dependsOn(unit, training, needs)),
  )
  const leadsTo = (unit: Unit) => (other: Unit) =>
    units.shows(other) && (other === unit || dependsOn(other, unit, needs))
  return possible.filter((unit) => possible.some(leadsTo(unit)))
}

/** Sorts topologically, depth first. */
function sortUnits(units: Units, needs: Needs, onCycle: OnCycle): Unit[] | undefined {
  const order: Unit[] = []
  const state = new Map<Unit, 'open' | 'done'>()
  const visit = (unit: Unit): boolean => {
    if (state.get(unit) === 'done') return true
    if (state.get(unit) === 'open') {
      onCycle(unit)
      return false
    }
    state.set(unit, 'open')
    for (const needed of needs.get(unit) ?? []) if (!visit(needed)) return false
    state.set(unit, 'done')
    order.push(unit)
    return true
  }
  return soonestFirst(units, needs).every(visit) ? order : undefined
}

/**
 * Returns the start order for the sort: first the units that nothing needs, those that depend on
 * the fewest loops first.
 */
function soonestFirst(units: Units, needs: Needs): Unit[] {
  const all = [...needs.keys()]
  const needed = new Set([...needs.values()].flatMap((set) => [...set]))
  const loops = all.filter(units.isLoop)
  const waits = (unit: Unit) =>
    loops.filter((loop) => loop === unit || dependsOn(unit, loop, needs)).length
  const last = all
    .filter((unit) => !needed.has(unit))
    .map((unit) => ({ unit, waits: waits(unit) }))
    .sort((a, b) => a.waits - b.waits)
  return [...last.map(({ unit }) => unit), ...all]
}

function dependsOn(unit: Unit, on: Unit, needs: Needs, seen = new Set<Unit>()): boolean {
  if (seen.has(unit)) return false
  seen.add(unit)
  const direct = needs.get(unit) ?? new Set()
  return direct.has(on) || [...direct].some((needed) => dependsOn(needed, on, needs, seen))
}
