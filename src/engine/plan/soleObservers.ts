// Nodes in loops that only observers need. They run when one of these observers reads values.
import type { Units } from './units.ts'

/**
 * Greatest number of observers of a node that are listed. A node with more counts as needed. Without
 * a limit, a chain of n observed nodes would have n² entries.
 */
const MOST = 64

/**
 * Finds the observers that each node leads to, if it leads to observers of its own loop and to
 * nothing else; none for nodes that are needed anyway. A Start stands for its entire loop: a node
 * that leads to an End is needed whenever that loop runs.
 */
export function findSoleObservers(units: Units): ReadonlyMap<string, readonly string[]> {
  const users = findUsers(units)
  const soleObservers = new Map<string, readonly string[]>()
  /**
   * Returns the observers behind all users of a node; none if one of the users is needed otherwise.
   */
  const findObserversBehind = (id: string): string[] => {
    const all = (users.get(id) ?? []).map((user) => soleObservers.get(user) ?? [])
    return all.every((some) => some.length) ? limitObservers(all.flat()) : []
  }
  for (const id of [...units.order].reverse()) {
    const zone = units.zone(id)
    const op = units.op(id)
    const isPeriodic = units.fileInterval(id) > 0 && units.isInLoop(id)
    if ((op.role === 'observer' && !users.has(id)) || isPeriodic) soleObservers.set(id, [id])
    // Its next iteration depends on this one.
    else if ('stateful' in op) soleObservers.set(id, [])
    else if (zone) {
      const within = limitObservers(units.observersIn(id))
      const after = findObserversBehind(zone.end)
      if (!users.has(zone.end)) soleObservers.set(id, within)
      else if (after.length) soleObservers.set(id, limitObservers([...after, ...within]))
    } else if (!units.isEnd(id)) soleObservers.set(id, findObserversBehind(id))
  }
  return soleObservers
}

function limitObservers(observers: readonly string[]): string[] {
  const all = [...new Set(observers)]
  return all.length > MOST ? [] : all
}

function findUsers(units: Units): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>()
  for (const id of units.order)
    for (const [, from] of units.wires(id)) {
      const others = users.get(from.node)
      if (others) others.push(id)
      else users.set(from.node, [id])
    }
  return users
}
