// Versions of the workflows in the library. Every save stores a version; older ones are thinned.
import type { Store } from '../storage/stores.ts'

export interface Version {
  id: string
  /** Id of the workflow. */
  of: string
  when: number
  /** Text of the saved file. */
  text: string
  /** Name given by the user. Named versions are never removed automatically. */
  name?: string
}

export interface VersionStore {
  /** Returns the versions of a workflow, latest first. */
  list(of: string): Promise<Version[]>
  /** Returns the versions of all workflows, unordered. */
  all(): Promise<Version[]>
  /** Adds a version, unless the latest has the same text. */
  add(of: string, text: string): Promise<void>
  /** Names a version, or removes its name. */
  name(id: string, name: string | undefined): Promise<void>
  /** Adds an imported version, unless its id exists. */
  put(version: Version): Promise<void>
  /** Removes all versions of a workflow. Returns a function that restores them. */
  remove(of: string): Promise<() => Promise<void>>
  removeOne(id: string): Promise<void>
}

const MAX_VERSIONS = 50
const HOUR = 3600e3
/** Number of latest versions that thinning skips. */
const LATEST = 12
/** Versions that a save removes at most, so that a clock that is wrong for a while costs few. */
const MAX_REMOVED = 2

/**
 * Returns the versions of a workflow to remove. Apart from the latest twelve, one version per hour
 * remains, one per day after a day, and one per week after a month, at most fifty in total. Named
 * versions remain and are not counted.
 */
export function versionsToRemove(versions: readonly Version[], now: number): Version[] {
  const occupied = new Set<string>()
  let remaining = 0
  return versions
    .filter(({ name }) => name === undefined)
    .filter(({ when }, i) => {
      const interval = thinningInterval(now - when)
      const period = `${interval} ${Math.floor(when / interval)}`
      const remains = remaining < MAX_VERSIONS && (i < LATEST || !occupied.has(period))
      occupied.add(period)
      if (remains) remaining++
      return !remains
    })
}

/** Returns the minimum time between stored versions of this age, in milliseconds. */
function thinningInterval(age: number): number {
  if (age < 24 * HOUR) return HOUR
  return age < 31 * 24 * HOUR ? 24 * HOUR : 7 * 24 * HOUR
}

/** Creates a store of versions. Ids start with that of the workflow, so they can be filtered. */
export function createVersionStore(store: Store, now: () => number = Date.now): VersionStore {
  const list = async (of: string) => {
    const ids = (await store.keys()).filter((id) => id.startsWith(`${of} `))
    const found = await Promise.all(ids.map((id) => store.get<Version>(id)))
    return found.filter((each) => each !== undefined).sort((a, b) => b.when - a.when)
  }
  return {
    list,
    all: () => store.all<Version>(),
    async add(of, text) {
      const before = await list(of)
      if (before[0]?.text === text) return
      const when = Math.max(now(), (before[0]?.when ?? 0) + 1)
      const version: Version = { id: `${of} ${when}`, of, when, text }
      await store.set(version.id, version)
      const old = versionsToRemove([version, ...before], when).slice(-MAX_REMOVED)
      await Promise.all(old.map(({ id }) => store.del(id)))
    },
    async name(id, name) {
      await store.update<Version>(id, (version) => {
        if (!version) return undefined
        const { name: _, ...rest } = version
        return { ...rest, ...(name !== undefined && { name }) }
      })
    },
    async put(version) {
      await store.update<Version>(version.id, (stored) => stored ?? version)
    },
    async remove(of) {
      const removed = await list(of)
      await Promise.all(removed.map(({ id }) => store.del(id)))
      return async () =>
        void (await Promise.all(removed.map((version) => store.set(version.id, version))))
    },
    removeOne: (id) => store.del(id),
  }
}
